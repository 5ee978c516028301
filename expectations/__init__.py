"""The audit: Great Expectations suites over a candidate of the published marts, one module per table in suites/."""

AUDITED = ("leads", "opportunities", "people", "stage_events", "handoffs", "relay_ledger", "kpi_values", "data_status")
