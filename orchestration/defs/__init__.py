"""Dagster's view of Tasuki: one module per stretch of the way of the data, put together by `company.build_definitions`."""
