"""One row per change of stage."""

from great_expectations.expectations import Expectation, ExpectColumnValuesToNotBeNull

from expectations.suites.common import CRITICAL, has_rows, key, no_rows, parent


def expectations() -> list[Expectation]:
    """The suite."""
    return [
        *key("stage_event_id"),
        has_rows(),
        ExpectColumnValuesToNotBeNull(column="stage", severity=CRITICAL),
        ExpectColumnValuesToNotBeNull(column="occurred_at", severity=CRITICAL),
        parent("lead_id", "leads"),
        no_rows(
            "nothing happened after as_of",
            "select stage_event_id, occurred_at from {batch} "
            "where occurred_at > (select max(as_of) from marts.data_status)",
        ),
    ]
