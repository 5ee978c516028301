"""Expectations that suites share. Each says in both languages what a reader may rely on."""

from great_expectations.expectations import (
    Expectation,
    ExpectColumnValuesToBeInSet,
    ExpectColumnValuesToBeUnique,
    ExpectColumnValuesToNotBeNull,
    ExpectCompoundColumnsToBeUnique,
    ExpectTableRowCountToBeBetween,
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.metadata_types import FailureSeverity

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING
AS_OF = "(select max(as_of) from marts.data_status)"
# A day on which business is over, wherever: days before it are whole in any time zone.
SETTLED_ON = "(select cast(max(as_of) - interval 12 hour as date) from marts.data_status)"


def given(column: str) -> Expectation:
    """A column without nulls."""
    return ExpectColumnValuesToNotBeNull(
        column=column,
        severity=CRITICAL,
        description=f"{column} is always given",
        meta={"ja": f"{column} は必ず入っている"},
    )


def key(column: str) -> list[Expectation]:
    """A column that identifies a row."""
    unique = ExpectColumnValuesToBeUnique(
        column=column,
        severity=CRITICAL,
        description=f"no {column} stands there twice",
        meta={"ja": f"{column} は重複しない"},
    )
    return [given(column), unique]


def keys(*columns: str) -> Expectation:
    """Columns that identify a row together."""
    return ExpectCompoundColumnsToBeUnique(
        column_list=list(columns),
        severity=CRITICAL,
        description=f"no row stands there twice ({', '.join(columns)})",
        meta={"ja": f"同じ行は二つとない ({', '.join(columns)})"},
    )


def one_of(column: str, values: list[str]) -> Expectation:
    """A column of codes."""
    return ExpectColumnValuesToBeInSet(
        column=column,
        value_set=values,
        severity=CRITICAL,
        description=f"{column} is one of the known codes",
        meta={"ja": f"{column} は決められたコードのいずれか"},
    )


def has_rows() -> Expectation:
    """At least one row; a company may have none, so it only warns."""
    return ExpectTableRowCountToBeBetween(
        min_value=1, severity=WARNING, description="there is at least one row", meta={"ja": "行が一つ以上ある"}
    )


def no_rows(en: str, ja: str, query: str, severity: FailureSeverity = CRITICAL) -> Expectation:
    """`query` finds what must not be there. `{batch}` stands for the audited table."""
    return UnexpectedRowsExpectation(description=en, unexpected_rows_query=query, severity=severity, meta={"ja": ja})


def parent(column: str, table: str) -> Expectation:
    """Every value of `column` that is not null is in marts.`table`."""
    return no_rows(
        f"every {column} is in marts.{table}",
        f"{column} はすべて marts.{table} にある",
        f"select child.{column} from {{batch}} as child "  # noqa: S608
        f"left join marts.{table} as parent on parent.{column} = child.{column} "
        f"where child.{column} is not null and parent.{column} is null",
    )


# How both teams find a handed-over lead, as `key` of a promise.
RECORDS = "lead_id, out_record_id, in_record_id"


def promise(en: str, ja: str, *, key: str, among: str, keeps: str) -> Expectation:
    """Every row of `among` meets `keeps`, two conditions; what does not is shown by its `key`. A team's promise: it never blocks."""
    return UnexpectedRowsExpectation(
        description=en,
        unexpected_rows_query=f"select {key} from {{batch}} where ({among}) and not coalesce({keeps}, false)",  # noqa: S608
        severity=WARNING,
        meta={"ja": ja, "among": among},
    )


def within_days(column: str, days: int) -> str:
    """A condition: the time or date lies in the last so many days before as_of."""
    return f"{column} > {AS_OF} - interval {int(days)} day"
