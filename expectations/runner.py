"""Runs the suites over one DuckDB file and says what failed."""

import importlib
from pathlib import Path
from typing import Any

from great_expectations import ExpectationSuite, ValidationDefinition
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.expectations import Expectation

from expectations import AUDITED
from expectations.datasource import DuckDBDatasource, open_datasource

SHOWN_VALUES = 5


def run_suites(database: Path) -> list[dict[str, Any]]:
    """One dict per expectation: table, check, passed, blocks (severity critical), message, query.

    `query` selects the failing rows where the expectation is a query of its own, else it is None. An expectation that
    raises counts as failed.
    """
    with open_datasource(database) as (context, datasource):
        return [result for table in AUDITED for result in _run_suite(context, datasource, table)]


def _run_suite(context: EphemeralDataContext, datasource: DuckDBDatasource, table: str) -> list[dict[str, Any]]:
    expectations: list[Expectation] = importlib.import_module(f"expectations.suites.{table}").expectations()
    asset = datasource.add_table_asset(table, table_name=table, schema_name="marts")
    batch = asset.add_batch_definition_whole_table("whole")
    suite = context.suites.add(ExpectationSuite(table, expectations=expectations))
    validation = context.validation_definitions.add(ValidationDefinition(name=table, data=batch, suite=suite))
    outcome = validation.run(result_format={"result_format": "SUMMARY", "partial_unexpected_count": SHOWN_VALUES})
    return [_describe(table, result) for result in outcome.results]


def _describe(table: str, result: ExpectationValidationResult) -> dict[str, Any]:
    config = result.expectation_config
    assert config is not None
    query = config.kwargs.get("unexpected_rows_query")
    subject = config.kwargs.get("column") or ", ".join(config.kwargs.get("column_list", []))
    return {
        "table": table,
        "check": config.description or f"{table}: {config.type} {subject}".strip(),
        "passed": bool(result.success),
        "blocks": config.severity == "critical",
        "message": "" if result.success else _message(result),
        "query": query.replace("{batch}", f"marts.{table}") if query else None,
    }


def _message(result: ExpectationValidationResult) -> str:
    errors = [info["exception_message"] for info in _exceptions(result.exception_info)]
    if errors:
        return f"could not be evaluated: {errors[0].splitlines()[0]}"
    found = result.result.get("observed_value")
    count = result.result.get("unexpected_count")
    parts = [f"{count} unexpected"] if count is not None else []
    # The suites test keys and codes only, so that their values may be shown.
    if values := result.result.get("partial_unexpected_list"):
        parts.append("such as " + ", ".join(str(value) for value in values[:SHOWN_VALUES]))
    if found is not None and not parts:
        parts.append(f"found {found}")
    return ", ".join(parts)


def _exceptions(info: dict[str, Any] | None) -> list[dict[str, Any]]:
    """GX gives one exception, or one per metric."""
    if not info:
        return []
    infos = [info] if "raised_exception" in info else [value for value in info.values() if isinstance(value, dict)]
    return [one for one in infos if one.get("raised_exception")]
