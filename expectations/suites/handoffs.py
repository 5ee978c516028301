"""One row per handover at a boundary."""

from great_expectations.expectations import Expectation, ExpectColumnValuesToBeInSet

from expectations.suites.common import CRITICAL, key, no_rows, parent

BOUNDARIES = ["B1", "B2", "B3"]
CLASSES = [
    "delivered",
    "delivered_late",
    "recovered",
    "in_transit",
    "lost_in_transit",
    "grain_merged",
    "double_entry",
    "declared_non_relay",
    "invented",
]


def expectations() -> list[Expectation]:
    """The suite."""
    return [
        *key("handoff_id"),
        ExpectColumnValuesToBeInSet(column="boundary", value_set=BOUNDARIES, severity=CRITICAL),
        ExpectColumnValuesToBeInSet(column="classification", value_set=CLASSES, severity=CRITICAL),
        parent("lead_id", "leads"),
        no_rows(
            "what was delivered has both ends, what was lost only the giver's",
            "select handoff_id, classification, out_at, in_at from {batch} where "
            "(classification in ('delivered', 'delivered_late', 'recovered') and (out_at is null or in_at is null)) "
            "or (classification in ('in_transit', 'lost_in_transit') and (out_at is null or in_at is not null)) "
            "or (classification in ('invented', 'declared_non_relay') and (out_at is not null or in_at is null))",
        ),
    ]
