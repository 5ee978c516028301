"""One row per change of stage."""

from great_expectations.expectations import Expectation

from expectations.common import AS_OF, given, has_rows, key, no_rows, parent
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        *key("stage_event_id"),
        has_rows(),
        given("stage"),
        given("occurred_at"),
        parent("lead_id", "leads"),
        no_rows(
            "nothing happened after as_of",
            "基準時点より後の出来事は含まれない",
            f"select stage_event_id, occurred_at from {{batch}} where occurred_at > {AS_OF}",  # noqa: S608
        ),
    ]
