"""Runs the suites over one DuckDB file and says what failed."""

import importlib
from pathlib import Path
from typing import Any

import duckdb
from great_expectations import ExpectationSuite, ValidationDefinition
from great_expectations.core import ExpectationValidationResult
from great_expectations.data_context import EphemeralDataContext
from great_expectations.expectations import Expectation

from expectations import SUITES
from expectations.datasource import DuckDBDatasource, open_datasource
from expectations.limits import Limits

SHOWN_VALUES = 5


def run_suites(database: Path, limits: Limits) -> list[dict[str, Any]]:
    """One dict per expectation: audience, table, check (English) and check_ja, passed, blocks (severity critical), message, query,
    and of a promise how many rows it is about (`judged`).

    `query` selects the failing rows where the expectation is a query of its own, else it is None. An expectation that
    raises counts as failed.
    """
    with open_datasource(database) as (context, datasource):
        results = [result for suite in SUITES for result in _run_suite(context, datasource, *suite, limits)]
    return _count_judged(database, results)


def _run_suite(
    context: EphemeralDataContext, datasource: DuckDBDatasource, audience: str, table: str, limits: Limits
) -> list[dict[str, Any]]:
    module = importlib.import_module(f"expectations.suites.{audience}.{table}")
    expectations: list[Expectation] = module.expectations(limits)
    name = f"{audience}_{table}"
    asset = datasource.add_table_asset(name, table_name=table, schema_name="marts")
    batch = asset.add_batch_definition_whole_table("whole")
    suite = context.suites.add(ExpectationSuite(name, expectations=expectations))
    validation = context.validation_definitions.add(ValidationDefinition(name=name, data=batch, suite=suite))
    outcome = validation.run(result_format={"result_format": "SUMMARY", "partial_unexpected_count": SHOWN_VALUES})
    return [{"audience": audience, **_describe(table, result)} for result in outcome.results]


def _describe(table: str, result: ExpectationValidationResult) -> dict[str, Any]:
    config = result.expectation_config
    assert config is not None and config.description
    query = config.kwargs.get("unexpected_rows_query")
    meta = config.meta or {}
    return {
        "table": table,
        "check": f"{table}: {config.description}",
        "check_ja": meta["ja"],
        "passed": bool(result.success),
        "blocks": config.severity == "critical",
        "message": "" if result.success else _message(result),
        "query": query.replace("{batch}", f"marts.{table}") if query else None,
        "among": meta.get("among"),
    }


def _count_judged(database: Path, results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A promise says of how many rows it was not kept."""
    with duckdb.connect(str(database), read_only=True, config={"autoinstall_known_extensions": False}) as con:
        for result in results:
            if among := result.pop("among"):
                try:
                    row = con.execute(f"select count(*) from marts.{result['table']} where {among}").fetchone()  # noqa: S608
                except duckdb.Error:  # the expectation has failed of the same cause, and says so
                    continue
                result["judged"] = row[0] if row else 0
    return results


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
