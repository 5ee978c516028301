"""Audit and publish: a candidate is copied from the warehouse, checked as a whole, and switched in."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dagster as dg

from expectations import AUDIENCES, SUITES
from orchestration.atomic import read_json
from orchestration.digest import open_incidents, unresolved
from orchestration.failures import failing_rows
from orchestration.notify import incidents_found
from orchestration.progress import Problem, current
from orchestration.publish import (
    MARTS_FILE,
    PublishRefused,
    newest_candidate,
    publish,
    record_audit,
    write_candidate,
)
from orchestration.query import QueryError
from orchestration.warehouse import WarehouseError, Workspace

CANDIDATE = dg.AssetKey("candidate")
PUBLISHED = dg.AssetKey(["published", "current"])
PUBLIC_SCHEMAS = ("marts", "restricted")


def column_comments(manifest: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Japanese label and description for the published tables: table -> column -> text, "" for the table."""
    return {
        node["name"]: {
            "": _comment(node),
            **{name: _comment(column) for name, column in node["columns"].items() if column["description"]},
        }
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLIC_SCHEMAS
    }


def _comment(described: dict[str, Any]) -> str:
    label = described.get("config", {}).get("meta", {}).get("label_ja")
    return f"{label}: {described['description']}" if label else str(described["description"])


def candidate_asset(
    workspace: Workspace, manifest: dict[str, Any], public_keys: list[dg.AssetKey]
) -> dg.AssetsDefinition:
    """A copy of schemas marts and restricted, beside the published versions."""

    @dg.asset(
        key=CANDIDATE,
        group_name="publish",
        deps=public_keys,
        kinds={"duckdb", "parquet"},
        description="The marts as they would be published: DuckDB file and Parquet copies, waiting for the audit.",
        required_resource_keys={"run_lock"},
    )
    def candidate(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        report = current()
        report.step("export")
        report.line("  publish  candidate from the marts")
        try:
            folder = write_candidate(workspace, context.run.run_id, column_comments(manifest))
        except PublishRefused as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        return dg.MaterializeResult(metadata={"folder": dg.MetadataValue.path(str(folder))})

    return candidate


def audit_checks(workspace: Workspace) -> dg.AssetChecksDefinition:
    """The Great Expectations suites, one check per audited table. A critical failure keeps the candidate unpublished."""

    @dg.multi_asset_check(
        name="audit",
        specs=[
            dg.AssetCheckSpec(
                f"{audience}_{table}", asset=CANDIDATE, blocking=True, description=f"{AUDIENCES[audience][1]}: {table}."
            )
            for audience, table in SUITES
        ],
        required_resource_keys={"run_lock"},
    )
    def audit(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        report = current()
        report.step("audit")
        report.line("  audit    the candidate")
        from expectations.data_docs import Site, write_data_docs
        from expectations.runner import run_suites  # heavy: imported where it is used

        folder = newest_candidate(workspace.config)
        if folder is None:
            raise dg.Failure("there is no candidate to audit", allow_retries=False)
        database = folder / MARTS_FILE
        config = workspace.config
        results = run_suites(database, config.expectations)
        for result in results:
            if result["query"] and not result["passed"]:
                result["rows"] = failing_rows(str(database), result["query"])
        blocked = [result for result in results if result["blocks"] and not result["passed"]]
        record_audit(folder, not blocked, results)
        as_of = config.company.clock(datetime.fromisoformat(read_json(folder / "manifest.json")["as_of"]))
        site = Site(config.company.name, f"{as_of:%Y-%m-%d %H:%M} {config.company.timezone}")
        write_data_docs(folder / "data_docs", site, results)
        report.problems.extend(Problem(r["check"], r["message"], r.get("rows", [])) for r in blocked)
        for audience, table in SUITES:
            of_suite = [r for r in results if (r["audience"], r["table"]) == (audience, table)]
            failed = [r for r in of_suite if not r["passed"]]
            blocks = any(result["blocks"] for result in failed)
            yield dg.AssetCheckResult(
                asset_key=CANDIDATE,
                check_name=f"{audience}_{table}",
                passed=not failed,
                severity=dg.AssetCheckSeverity.ERROR if blocks or not failed else dg.AssetCheckSeverity.WARN,
                description="\n".join(f"{r['check']}: {r['message']}" for r in failed) or None,
                metadata={"expectations": len(of_suite)},
            )

    return audit


def published_asset(workspace: Workspace) -> dg.AssetsDefinition:
    """The current version. It refuses a candidate that was not audited, failed, or is older than the warehouse."""

    @dg.asset(
        key=PUBLISHED,
        group_name="publish",
        deps=[CANDIDATE],
        kinds={"duckdb", "parquet"},
        description="What readers see: one whole, audited version, switched in atomically.",
        required_resource_keys={"run_lock"},
    )
    def published(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        report = current()
        report.step("publish")
        try:
            manifest = publish(workspace)
        except (PublishRefused, WarehouseError) as error:
            raise dg.Failure(str(error), allow_retries=False) from error
        report.line(f"  publish  version {manifest['version']}")
        try:
            incidents_found(workspace.config, open_incidents(workspace.config), unresolved(workspace.config))
        except QueryError as error:  # the version is published all the same
            context.log.error(f"nobody was told of new S1 mismatches: {error}")
        return dg.MaterializeResult(
            metadata={
                "version": manifest["version"],
                "as_of": manifest["as_of"],
                "rows": dg.MetadataValue.json(manifest["rows"]),
                "failed_checks": manifest["failed_checks"],
            }
        )

    return published
