"""One row per lead cycle."""

from great_expectations.expectations import Expectation

from expectations.suites.common import has_rows, key, no_rows, parent


def expectations() -> list[Expectation]:
    """The suite."""
    return [
        *key("lead_id"),
        has_rows(),
        parent("person_key", "people"),
        parent("account_key", "accounts"),
        no_rows(
            "a cycle that does not count has a reason, and only then",
            "select lead_id, exclusion_reason from {batch} where is_countable = (exclusion_reason is not null)",
        ),
        no_rows(
            "the cycles of a person are numbered without a gap",
            "select person_key, count(*) as lead_cnt, max(cycle_no) as cycle_no from {batch} "
            "where person_key is not null group by person_key having count(*) <> max(cycle_no) or min(cycle_no) <> 1",
        ),
        no_rows(
            "whoever was handed over is an MQL no later",
            "select lead_id, mql_at, handed_over_at from {batch} "
            "where handed_over_at is not null and (mql_at is null or mql_at > handed_over_at)",
        ),
    ]
