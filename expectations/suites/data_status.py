"""One row per feed."""

from great_expectations.expectations import (
    Expectation,
    ExpectColumnValuesToBeBetween,
    ExpectColumnValuesToNotBeNull,
    ExpectCompoundColumnsToBeUnique,
)

from expectations.suites.common import CRITICAL, WARNING, has_rows, no_rows

LATE_HOURS = 72


def expectations() -> list[Expectation]:
    """The suite."""
    return [
        ExpectCompoundColumnsToBeUnique(column_list=["system", "table_name"], severity=CRITICAL),
        ExpectColumnValuesToNotBeNull(column="as_of", severity=CRITICAL),
        has_rows(),
        no_rows(
            "rows in = landed + rejected, for each feed",
            "select system, table_name, rows_in as in_rows, rows_landed as landed_rows, rows_rejected as rejected_rows "
            "from {batch} where rows_in <> rows_landed + rows_rejected",
        ),
        ExpectColumnValuesToBeBetween(column="lag_hours", max_value=LATE_HOURS, severity=WARNING),
    ]
