"""Expectations that most tables share."""

from great_expectations.expectations import (
    Expectation,
    ExpectColumnValuesToBeUnique,
    ExpectColumnValuesToNotBeNull,
    ExpectTableRowCountToBeBetween,
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.metadata_types import FailureSeverity

CRITICAL, WARNING = FailureSeverity.CRITICAL, FailureSeverity.WARNING


def key(column: str) -> list[Expectation]:
    """A column that identifies a row."""
    return [
        ExpectColumnValuesToNotBeNull(column=column, severity=CRITICAL),
        ExpectColumnValuesToBeUnique(column=column, severity=CRITICAL),
    ]


def has_rows() -> Expectation:
    """At least one row; a company may have none, so it only warns."""
    return ExpectTableRowCountToBeBetween(min_value=1, severity=WARNING)


def no_rows(description: str, query: str, severity: FailureSeverity = CRITICAL) -> Expectation:
    """`query` finds what must not be there. `{batch}` stands for the audited table."""
    return UnexpectedRowsExpectation(description=description, unexpected_rows_query=query, severity=severity)


def parent(column: str, table: str, parent_column: str | None = None) -> Expectation:
    """Every value of `column` that is not null is in marts.`table`."""
    parent_column = parent_column or column
    return no_rows(
        f"every {column} is in marts.{table}",
        f"select child.{column} from {{batch}} as child "  # noqa: S608
        f"left join marts.{table} as parent on parent.{parent_column} = child.{column} "
        f"where child.{column} is not null and parent.{parent_column} is null",
    )
