"""One row per boundary and month."""

from great_expectations.expectations import Expectation, ExpectCompoundColumnsToBeUnique

from expectations.suites.common import CRITICAL, no_rows


def expectations() -> list[Expectation]:
    """The suite."""
    return [
        ExpectCompoundColumnsToBeUnique(column_list=["boundary", "month_start_on"], severity=CRITICAL),
        no_rows(
            "both accounts of each boundary close in each month",
            "select boundary, month_start_on, transit_residual, stock_residual from {batch} "
            "where transit_residual <> 0 or stock_residual <> 0",
        ),
        no_rows(
            "a month opens with what the month before closed with",
            "select boundary, month_start_on from {batch} "
            "window months as (partition by boundary order by month_start_on) "
            "qualify stock_open <> lag(stock, 1, stock_open) over months "
            "or transit_open <> lag(transit, 1, transit_open) over months",
        ),
    ]
