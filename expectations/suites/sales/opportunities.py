"""Opportunities closed lately: sales owes marketing the reason of every loss."""

from great_expectations.expectations import Expectation

from expectations.common import promise, within_days
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        promise(
            "every lost opportunity has a coded reason", "失注した商談には理由コードがある",
            key="opportunity_id, crm_opportunity_id",
            among=f"is_countable and is_closed and not is_won and {within_days('closed_at', limits.promise_days)}",
            keeps="loss_reason is not null",
        ),
    ]  # fmt: skip
