"""One row per handed-over lead cycle."""

from great_expectations.expectations import Expectation

from expectations.common import key, no_rows, parent
from expectations.limits import Limits


def expectations(limits: Limits) -> list[Expectation]:
    """The suite."""
    return [
        *key("lead_id"),
        parent("lead_id", "leads"),
        no_rows(
            "every lead that was handed over is here",
            "引き渡したリードはすべてここにある",
            "select leads.lead_id from marts.leads as leads left join {batch} as handed on leads.lead_id = handed.lead_id "
            "where leads.handed_over_at is not null and handed.lead_id is null",
        ),
    ]
