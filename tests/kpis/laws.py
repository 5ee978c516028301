"""What holds of every company's published KPIs, whatever is in it: SQL that yields the rows which break a law, and faults that break it.

The tables are `kpi_values`, `kpi_rows` and `kpi_bridge`; the variable `segments` lists the segments that values are split by.
"""

# ruff: noqa: S608

from typing import Any

import duckdb

SERIES = "kpi_code, view, basis, member, statistic, segment, segment_value"
LINE = "kpi_code, component, side, reason, segment, segment_value"
ADDS_UP = "basis IN ('flow', 'cohort', 'period', 'duration') AND statistic <> 'p90'"


def periods(table: str, where: str) -> str:
    """Rows of a table, each under the longer periods that are made of its own: weeks and months of days, fiscal quarters and years of months."""
    starts = {
        "week": ("day", "date_trunc('week', period_start)"),
        "month": ("day", "date_trunc('month', period_start)"),
        "fiscal_quarter": ("month", "date_trunc('quarter', period_start)"),
        "fiscal_year": ("month", "date_trunc('year', period_start - INTERVAL 3 MONTH) + INTERVAL 3 MONTH"),
    }
    return " UNION ALL ".join(
        f"SELECT * REPLACE ('{grain}' AS grain, ({start})::date AS period_start) FROM {table} WHERE grain = '{part}' AND {where}"
        for grain, (part, start) in starts.items()
    )


def sums(table: str, keys: str, numbers: tuple[str, ...], where: str) -> str:
    """Periods that are not the sum of their parts."""
    added = ", ".join(f"sum({number}) AS {number}" for number in numbers)
    differ = " OR ".join(f"coalesce(parts.{number}, 0) <> coalesce(whole.{number}, 0)" for number in numbers)
    return f"""
        SELECT * FROM (SELECT grain, period_start, {keys}, {added} FROM ({periods(table, where)}) GROUP BY ALL) AS parts
        FULL JOIN (SELECT * FROM {table} WHERE grain <> 'day' AND {where}) AS whole USING (grain, period_start, {keys})
        WHERE {differ}
    """


def splits(table: str, keys: str, numbers: tuple[str, ...], where: str) -> str:
    """Totals that are not the sum of each segment's values, `(none)` among them."""
    added = ", ".join(f"sum({number}) AS {number}" for number in numbers)
    differ = " OR ".join(f"coalesce(parts.{number}, 0) <> coalesce(totals.{number}, 0)" for number in numbers)
    return f"""
        SELECT * FROM (SELECT {keys}, segment, {added} FROM {table} WHERE segment <> 'all' AND {where} GROUP BY ALL) AS parts
        FULL JOIN (
            SELECT values_.* EXCLUDE (segment), segments.segment
            FROM {table} AS values_, (SELECT unnest(getvariable('segments')) AS segment) AS segments
            WHERE values_.segment = 'all' AND {where}
        ) AS totals USING ({keys}, segment)
        WHERE {differ}
    """


def at_most(less: str, more: str) -> str:
    """Values of one condition that are more than the value of another in the same period and segment."""
    return f"""
        SELECT * FROM (SELECT * FROM kpi_values WHERE view = 'shared' AND {less}) AS less
        LEFT JOIN (SELECT * FROM kpi_values WHERE view = 'shared' AND {more}) AS more USING (grain, period_start, segment, segment_value)
        WHERE less.numerator > coalesce(more.numerator, 0)
    """


def broken(connection: duckdb.DuckDBPyConnection, law: str) -> list[tuple[Any, ...]]:
    """The first rows that break a law."""
    return connection.execute(f"SELECT * FROM ({law}) LIMIT 3").fetchall()


def seen(connection: duckdb.DuckDBPyConnection, law: str, fault: str) -> bool:
    """Whether a law that holds is broken by a fault, which is planted and taken back."""
    connection.execute("BEGIN")
    (changed,) = connection.execute(fault).fetchone() or (0,)
    assert changed, f"the fault hits nothing: {fault}"
    found = broken(connection, law)
    connection.execute("ROLLBACK")
    return bool(found)


FIGURES = ("numerator", "denominator", "n", "censored_cnt")
Law = tuple[str, ...]
# of values alone: law -> rows that break it, and faults
OF_VALUES: dict[str, Law] = {
    "a total is the sum of each segment": (
        splits("kpi_values", "kpi_code, view, basis, member, grain, period_start, statistic", FIGURES,
               "basis <> 'derived' AND statistic <> 'p90'"),
        "DELETE FROM kpi_values WHERE segment = 'region' AND basis = 'flow' AND grain = 'week'",
    ),
    "a period is the sum of its days or months": (
        sums("kpi_values", SERIES, FIGURES, ADDS_UP),
        "UPDATE kpi_values SET denominator = denominator + 1 WHERE basis = 'period' AND grain = 'month' AND segment = 'all'",
        "DELETE FROM kpi_values WHERE basis = 'flow' AND grain = 'week'",
        "DELETE FROM kpi_values WHERE basis = 'cohort' AND grain = 'day' AND period_start > '2025-07-01'",
        "UPDATE kpi_values SET n = n + 1 WHERE basis = 'duration' AND grain = 'fiscal_quarter'",
        "UPDATE kpi_values SET period_start = period_start + INTERVAL 3 MONTH WHERE basis = 'cohort' AND grain = 'fiscal_year'",
    ),
    "what got there is part of what set out": (
        """
        SELECT * FROM kpi_values WHERE basis = 'cohort' AND (numerator > denominator OR numerator < 0 OR value > 1)
            AND NOT (kpi_code = 'mql_rate' AND view = 'marketing')
        """,
        "UPDATE kpi_values SET numerator = denominator + 1 WHERE basis = 'cohort' AND grain = 'day'",
    ),
    "a rate is its numerator over its denominator": (
        """
        SELECT * FROM kpi_values WHERE statistic = 'rate'
            AND ((value IS NULL) <> (denominator = 0) OR abs(value * denominator - numerator) > 1e-9 * (abs(numerator) + 1))
        """,
        "UPDATE kpi_values SET value = value + 0.01 WHERE basis = 'period' AND grain = 'week' AND segment = 'all'",
    ),
    "a stock is that of its last day": (
        """
        WITH stocks AS (SELECT * FROM kpi_values WHERE basis = 'stock'),
        starts AS (SELECT DISTINCT grain, period_start FROM kpi_values WHERE grain <> 'day' AND basis <> 'derived'),
        ends AS (
            SELECT *, least(
                (period_start + CASE grain WHEN 'week' THEN INTERVAL 7 DAY WHEN 'month' THEN INTERVAL 1 MONTH
                    WHEN 'fiscal_quarter' THEN INTERVAL 3 MONTH ELSE INTERVAL 12 MONTH END)::date - 1,
                (SELECT (max(as_of) + INTERVAL 9 HOUR)::date FROM kpi_values)
            ) AS last_on
            FROM starts
        ),
        days AS (
            SELECT stocks.* REPLACE (ends.grain AS grain, ends.period_start AS period_start)
            FROM stocks JOIN ends ON stocks.grain = 'day' AND stocks.period_start = ends.last_on
        )
        SELECT * FROM days
        FULL JOIN (SELECT * FROM stocks WHERE grain <> 'day') AS whole
            USING (kpi_code, view, member, grain, period_start, segment, segment_value)
        WHERE days.numerator IS DISTINCT FROM whole.numerator OR days.n IS DISTINCT FROM whole.n
        """,
        "UPDATE kpi_values SET numerator = numerator + 1 WHERE basis = 'stock' AND grain = 'fiscal_quarter'",
    ),
    "a distinct is at least its greatest part and at most all": (
        f"""
        SELECT * FROM (
            SELECT grain, period_start, {SERIES}, sum(numerator) AS most, max(numerator) AS least
            FROM ({periods("kpi_values", "basis = 'distinct'")}) GROUP BY ALL
        ) AS parts
        JOIN kpi_values AS whole USING (grain, period_start, {SERIES})
        WHERE whole.numerator NOT BETWEEN least AND most
        """,
        "UPDATE kpi_values SET numerator = numerator + 99 WHERE basis = 'distinct' AND grain = 'week'",
    ),
}  # fmt: skip
# of a whole company
OF_COMPANIES: dict[str, Law] = {
    "a value is its rows": (
        """
        WITH rows_ AS (
            SELECT kpi_code, view, kind AS basis, member, date_trunc('month', counted_on)::date AS period_start, channel AS segment_value,
                sum(numerator) AS numerator, sum(denominator) AS denominator, count(*) AS n
            FROM kpi_rows WHERE kind IN ('flow', 'cohort', 'period')
                AND counted_on <= (SELECT (max(as_of) + INTERVAL 9 HOUR)::date FROM kpi_values) GROUP BY ALL
        )
        SELECT * FROM rows_
        FULL JOIN (SELECT * FROM kpi_values WHERE grain = 'month' AND segment = 'channel' AND n > 0
            AND (basis IN ('flow', 'cohort') OR basis = 'period' AND kpi_code IN (SELECT kpi_code FROM kpi_rows WHERE kind = 'period'))
        ) AS published USING (kpi_code, view, basis, member, period_start, segment_value)
        WHERE rows_.n IS DISTINCT FROM published.n OR rows_.numerator IS DISTINCT FROM published.numerator
            OR coalesce(rows_.denominator, 0) <> coalesce(published.denominator, 0)
        """,
        "DELETE FROM kpi_rows WHERE kpi_code = 'won_amt' AND view = 'sales'",
    ),
    "the bridge of a period is that of its days or months": (
        sums("kpi_bridge", LINE, ("count", "amount"), "side <> 'as_now'"),
        "UPDATE kpi_bridge SET amount = amount + 1 WHERE reason = 'shared' AND grain = 'fiscal_year'",
    ),
    "the bridge of all is that of each segment": (
        splits("kpi_bridge", "kpi_code, component, side, reason, grain, period_start", ("count", "amount"), "side <> 'as_now'"),
        "UPDATE kpi_bridge SET segment_value = segment_value || ' ', count = count + 1 WHERE segment = 'channel' AND reason = 'marketing'",
    ),
    "marketing with its steps is shared, shared with its steps is sales": (
        """
        SELECT kpi_code, grain, period_start, segment, segment_value, component FROM kpi_bridge WHERE side <> 'as_now' GROUP BY ALL
        HAVING count(*) FILTER (reason IN ('marketing', 'shared', 'sales')) <> 3
            OR sum(amount) FILTER (side = 'marketing') <> sum(amount) FILTER (reason = 'shared')
            OR sum(amount) FILTER (side = 'shared' OR side = 'sales' AND reason <> 'sales') <> sum(amount) FILTER (reason = 'sales')
            OR sum(count) FILTER (side = 'marketing') <> sum(count) FILTER (reason = 'shared')
            OR sum(count) FILTER (side = 'shared' OR side = 'sales' AND reason <> 'sales') <> sum(count) FILTER (reason = 'sales')
        """,
        "UPDATE kpi_bridge SET count = count - 1 WHERE side = 'sales' AND reason = 'timed_from_receipt'",
    ),
    "the bridge leads from and to what is published": (
        """
        WITH published AS (
            UNPIVOT (
                SELECT kpi_code, view, grain, period_start, segment, segment_value, numerator, denominator, censored_cnt::DECIMAL(28, 2) AS censored
                FROM kpi_values JOIN (SELECT kpi_code, member, basis FROM kpi_values WHERE view = 'marketing' GROUP BY ALL) AS teams
                    USING (kpi_code, member, basis)
                WHERE statistic <> 'p90' AND NOT (basis = 'period' AND kpi_code IN (SELECT kpi_code FROM kpi_rows WHERE kind = 'cohort'))
            ) ON numerator, denominator, censored INTO NAME component VALUE amount
        )
        SELECT * FROM published
        FULL JOIN (SELECT *, reason AS view FROM kpi_bridge WHERE reason IN ('marketing', 'shared', 'sales')) AS bridge
            USING (kpi_code, view, grain, period_start, segment, segment_value, component)
        WHERE coalesce(published.amount, 0) <> coalesce(bridge.amount, 0)
        """,
        "UPDATE kpi_values SET censored_cnt = censored_cnt + 1 WHERE kpi_code = 'stl_contact' AND view = 'sales'",
    ),
    "nothing is unexplained": (
        "SELECT * FROM kpi_bridge WHERE reason IN ('unexplained', 'excluded_other') AND (count <> 0 OR amount <> 0)",
        "UPDATE kpi_bridge SET reason = 'unexplained' WHERE kpi_code = 'lead_new' AND reason = 'duplicate_record'",
    ),
    "who was handed over was an MQL by then": (
        """
        SELECT * FROM kpi_rows AS handed ANTI JOIN kpi_rows AS mqls
            ON handed.subject_id = mqls.subject_id AND mqls.kpi_code = 'mql_cnt' AND mqls.view = 'shared' AND mqls.counted_on <= handed.counted_on
        WHERE handed.kpi_code = 'handoff_b1_cnt' AND handed.view = 'shared'
        """,
        "UPDATE kpi_rows SET counted_on = counted_on + 1 WHERE kpi_code = 'mql_cnt' AND view = 'shared'",
    ),
    "a funnel's stage sets out with those of the one before": (
        " UNION ALL ".join(
            f"""
            SELECT grain, period_start, segment, segment_value FROM (SELECT * FROM kpi_values WHERE kpi_code = '{rate}' AND basis = 'cohort' AND view = 'shared') AS rate
            FULL JOIN (SELECT * FROM kpi_values WHERE kpi_code = '{count}' AND view = 'shared' AND n > 0) AS counted
                USING (grain, period_start, segment, segment_value)
            WHERE rate.denominator IS DISTINCT FROM counted.numerator
            """
            for count, rates in {
                "lead_new": ("mql_rate",),
                "handoff_b1_cnt": ("accept_rate", "approach_rate", "opp_rate", "reject_rate", "hot_lead_share", "persona_fit"),
                "opp_cnt": ("win_rate_cohort",),
            }.items()
            for rate in rates
        ),
        "UPDATE kpi_values SET denominator = denominator - 1 WHERE kpi_code = 'persona_fit' AND grain = 'week'",
    ),
    "hot leads are handed over": (
        at_most("kpi_code = 'hot_lead_cnt'", "kpi_code = 'handoff_b1_cnt'"),
        "DELETE FROM kpi_values WHERE kpi_code = 'handoff_b1_cnt' AND view = 'shared' AND grain = 'day'",
    ),
    "who is untouched is in inside sales's stock": (
        at_most("kpi_code = 'untouched_cnt'", "kpi_code = 'is_stock_cnt'"),
        "UPDATE kpi_values SET numerator = numerator + 1000 WHERE kpi_code = 'untouched_cnt' AND grain = 'month'",
    ),
    "people with MQLs are no more than MQLs": (
        at_most("kpi_code = 'mql_person' AND segment = 'all'", "kpi_code = 'mql_cnt'"),
        "UPDATE kpi_values SET numerator = numerator - 1 WHERE kpi_code = 'mql_cnt' AND view = 'shared' AND grain = 'day'",
    ),
}  # fmt: skip
