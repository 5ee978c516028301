"""One row per boundary and month."""

from great_expectations.expectations import Expectation

from expectations.common import keys, no_rows
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        keys("boundary", "month_start_on"),
        no_rows(
            "both accounts of each boundary close in each month",
            "引き渡しと保有の残高は、各境界・各月で合う",
            "select boundary, month_start_on, transit_residual, stock_residual from {batch} "
            "where transit_residual <> 0 or stock_residual <> 0",
        ),
        no_rows(
            "a month opens with what the month before closed with",
            "月初の残高は前月末の残高に等しい",
            "select boundary, month_start_on from {batch} "
            "window months as (partition by boundary order by month_start_on) "
            "qualify stock_open <> lag(stock, 1, stock_open) over months "
            "or transit_open <> lag(transit, 1, transit_open) over months",
        ),
        no_rows(
            "what the ledger says left a team is what the handoffs say",
            "台帳の引き渡し数は、引き渡し一覧の件数に等しい",
            'with ledger as (select boundary, sum("out") as ledger_rows from {batch} group by boundary), '
            "listed as (select boundary, count(out_at) as handoff_rows from marts.handoffs group by boundary) "
            "select boundary, ledger_rows, handoff_rows from ledger full join listed using (boundary) "
            "where coalesce(ledger_rows, 0) <> coalesce(handoff_rows, 0)",
        ),
    ]
