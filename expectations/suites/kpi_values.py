"""One row per KPI, basis, period and segment."""

from great_expectations.expectations import Expectation, ExpectCompoundColumnsToBeUnique

from expectations.suites.common import CRITICAL, has_rows, no_rows, parent

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
        f"with counted as ({query}), measured as ("  # noqa: S608
        f"select coalesce(sum(numerator), 0) as n from {{batch}} "
        f"where kpi_code = '{code}' and grain = 'month' and segment = 'all' and view = 'shared') "
        f"select '{code}' as kpi_code, counted.n as counted_rows, measured.n as measured_rows "
        "from counted, measured where counted.n <> measured.n",
    )


def expectations() -> list[Expectation]:
    """The suite."""
    return [
        ExpectCompoundColumnsToBeUnique(column_list=KEY, severity=CRITICAL),
        has_rows(),
        parent("kpi_code", "kpi_catalogue"),
        _total("lead_new", "select count(*) as n from marts.people where is_countable"),
        _total("mql_cnt", "select count(*) as n from marts.leads where is_countable and mql_at is not null"),
        _total(
            "handoff_b1_cnt", "select count(*) as n from marts.leads where is_countable and handed_over_at is not null"
        ),
        _total("won_cnt", "select count(*) as n from marts.opportunities where is_countable and is_won"),
        no_rows(
            "no cohort converts more than it holds",
            "select kpi_code, grain, period_start, segment, numerator, denominator from {batch} "
            "where basis = 'cohort' and statistic = 'rate' and numerator > denominator and kpi_code not in ('grr', 'nrr') "
            "and not (kpi_code = 'mql_rate' and view = 'marketing')",
        ),
    ]
