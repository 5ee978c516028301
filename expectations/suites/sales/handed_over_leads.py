"""Leads handed over lately: sales owes marketing a first attempt in time and a reason for each that it gives back."""

from great_expectations.expectations import Expectation

from expectations.common import RECORDS, promise, within_days
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    due = f"is_countable and is_sla_met is not null and {within_days('sla_due_at', limits.promise_days)}"
    rejected = f"is_countable and {within_days('rejected_on', limits.promise_days)}"
    return [
        promise(
            "every handed-over lead is attempted within its agreed time", "引き渡されたリードには約束の時間内に対応する",
            key=RECORDS, among=due, keeps="is_sla_met",
        ),
        promise(
            "every rejected lead comes back with a coded reason", "差し戻すリードには理由コードがある",
            key=RECORDS, among=rejected, keeps="has_reject_reason",
        ),
    ]  # fmt: skip
