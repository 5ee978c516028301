"""One row per KPI, basis, period and segment."""

from great_expectations.expectations import Expectation

from expectations.common import SETTLED_ON, WARNING, has_rows, keys, no_rows, parent
from expectations.limits import Limits

KEY = [
    "kpi_code",
    "definition_version",
    "definition_basis",
    "view",
    "basis",
    "member",
    "grain",
    "period_start",
    "segment",
    "segment_value",
    "statistic",
]


def _total(code: str, query: str) -> Expectation:
    return no_rows(
        f"{code} over all months is what the table it counts says",
        f"{code} の全月の合計は、数えた表の件数に等しい",
        f"with counted as ({query}), measured as ("  # noqa: S608
        f"select coalesce(sum(numerator), 0) as n from {{batch}} "
        f"where kpi_code = '{code}' and grain = 'month' and segment = 'all' and view = 'shared') "
        f"select '{code}' as kpi_code, counted.n as counted_rows, measured.n as measured_rows "
        "from counted, measured where counted.n <> measured.n",
    )


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        keys(*KEY),
        has_rows(),
        parent("kpi_code", "kpi_catalogue"),
        _total(
            "lead_new",
            "select count(*) as n from marts.people where is_countable and first_seen_at <= (select max(as_of) from marts.data_status)",
        ),
        _total("mql_cnt", "select count(*) as n from marts.leads where is_countable and mql_at is not null"),
        _total(
            "handoff_b1_cnt", "select count(*) as n from marts.leads where is_countable and handed_over_at is not null"
        ),
        _total("won_cnt", "select count(*) as n from marts.opportunities where is_countable and won_at is not null"),
        no_rows(
            "no cohort converts more than it holds",
            "コホートの転換数は母数を超えない",
            "select kpi_code, grain, period_start, segment, numerator, denominator from {batch} "
            "where basis = 'cohort' and statistic = 'rate' and numerator > denominator and kpi_code not in ('grr', 'nrr') "
            "and not (kpi_code = 'mql_rate' and view = 'marketing')",
        ),
        *(_volume(code, limits) for code in ("lead_new", "inquiry_cnt", "mql_cnt", "handoff_b1_cnt")),
    ]


def _volume(code: str, limits: Limits) -> Expectation:
    """The last week's days against the same weekdays before them, business days and holidays apart; a count scatters by its root at least."""
    return no_rows(
        f"{code} of each day of the last week is as on the same weekdays before",
        f"直近一週間の {code} は、同じ曜日のこれまでの水準から外れていない",
        f"""
        with counted as (
            select period_start as date_on, sum(numerator) as n
            from {{batch}}
            where kpi_code = '{code}' and view = 'shared' and grain = 'day' and segment = 'all' and definition_basis = 'as_was'
            group by all
        ),
        days as (
            select calendar.date_on, calendar.is_business_day, coalesce(counted.n, 0) as n, {SETTLED_ON} as settled_on
            from marts.calendar as calendar
            left join counted on calendar.date_on = counted.date_on
            where calendar.date_on >= (select min(date_on) from counted) and calendar.date_on < {SETTLED_ON}
        ),
        judged as (
            select today.date_on as counted_on, today.n as day_rows, count(*) as days_cnt,
                avg(past.n) as usual, greatest(stddev_samp(past.n), sqrt(avg(past.n)), 1) as scatter
            from days as today
            inner join days as past
                on past.is_business_day = today.is_business_day
                and date_diff('day', past.date_on, today.date_on) % 7 = 0
                and date_diff('day', past.date_on, today.date_on) between 7 and {limits.volume_weeks * 7}
            where today.date_on >= today.settled_on - interval 7 day
            group by all
        )
        select counted_on, day_rows, cast(round(usual) as bigint) as usual_rows
        from judged
        where days_cnt >= 4 and abs(day_rows - usual) > {limits.volume_deviations} * scatter
        """,  # noqa: S608
        WARNING,
    )
