"""One row per handover at a boundary."""

from great_expectations.expectations import Expectation

from expectations.common import key, no_rows, one_of, parent
from expectations.limits import Limits

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


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        *key("handoff_id"),
        one_of("boundary", BOUNDARIES),
        one_of("classification", CLASSES),
        parent("lead_id", "leads"),
        no_rows(
            "what was delivered has both ends, what was lost only the giver's",
            "届いた引き渡しには送り手と受け手の記録があり、失われたものには送り手の記録だけがある",
            "select handoff_id, classification, out_at, in_at from {batch} where "
            "(classification in ('delivered', 'delivered_late', 'recovered') and (out_at is null or in_at is null)) "
            "or (classification in ('in_transit', 'lost_in_transit') and (out_at is null or in_at is not null)) "
            "or (classification in ('invented', 'declared_non_relay') and (out_at is not null or in_at is null))",
        ),
    ]
