"""One row per opportunity."""

from great_expectations.expectations import Expectation

from expectations.common import key, no_rows, parent
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        *key("opportunity_id"),
        parent("lead_id", "leads"),
        parent("account_key", "accounts"),
        no_rows(
            "a won opportunity has the time of its win, and no other has",
            "受注した商談にだけ受注日時がある",
            "select opportunity_id, won_at from {batch} where is_won <> (won_at is not null)",
        ),
    ]
