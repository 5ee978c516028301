"""Opportunities closed lately: sales owes marketing the reason of every loss, or the competitor it went to."""

from great_expectations.expectations import Expectation

from expectations.common import promise, within_days
from expectations.limits import Limits

# What rule D08 finds and nobody accepted: a loss that says neither why nor to whom.
SILENT = (
    "(select subject_id from marts.mismatches where rule_code = 'D08' and status in ('new', 'persisting', 'reopened'))"
)


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        promise(
            "every lost opportunity has a coded reason or a competitor", "失注した商談には理由コードか競合がある",
            key="opportunity_id, crm_opportunity_id",
            among=f"is_countable and is_closed and not is_won and {within_days('closed_at', limits.promise_days)}",
            keeps=f"opportunity_id not in {SILENT}",
        ),
    ]  # fmt: skip
