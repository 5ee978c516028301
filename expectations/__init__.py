"""The audit: Great Expectations suites over a candidate of the published marts, by who owes them to whom.

suites/<audience>/<table>.py holds one suite each. What the warehouse promises may block publishing; what the teams promise each
other never does: it is published, with the count of what was not kept.
"""

AUDIENCES = {
    "marketing": ("マーケティングから営業への約束", "What marketing promises sales"),
    "sales": ("営業からマーケティングへの約束", "What sales promises marketing"),
    "warehouse": ("データ基盤から両部門への約束", "What the warehouse promises both"),
}
SUITES = (
    ("marketing", "handed_over_leads"),
    ("sales", "handed_over_leads"),
    ("sales", "opportunities"),
    *(
        ("warehouse", table)
        for table in (
            "leads",
            "handed_over_leads",
            "opportunities",
            "people",
            "stage_events",
            "handoffs",
            "relay_ledger",
            "kpi_values",
            "data_status",
        )
    ),
)
