"""Stage to marts: the dbt project as assets, in one step."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliInvocation, dbt_assets

from orchestration.atomic import read_json, read_json_if_whole, write_json
from orchestration.config import PROJECT_DIR
from orchestration.definitions_lock import LOCK, definitions, read_lock, unsigned
from orchestration.defs.resources import AS_OF_TAG, BACKFILL_TAG, FULL_REFRESH_TAG
from orchestration.failures import dbt_problems
from orchestration.landing.registry import declare_tables, locked, write_registry
from orchestration.ledger import declare_records
from orchestration.progress import Report, current
from orchestration.warehouse import (
    DBT_CODE,
    DBT_DIR,
    WarehouseError,
    Workspace,
    begin_build,
    code_checksum,
    dbt_environment,
    dbt_vars,
    default_as_of,
    finish_build,
    is_stale,
    merge_seeds,
    prepare,
    registry_rows,
    seeds_checksum,
)

GROUPS = {
    "staging": "stage",
    "contract": "stage",
    "conformed": "conform",
    "definitions": "define",
    "relay": "relay",
    "kpis": "measure",
    "bridge": "measure",
    "rereads": "measure",
    "mismatches": "reconcile",
    "history": "reconcile",
    "ledger": "publish",
    "marts": "marts",
    "restricted": "marts",
}
NO_AS_OF = "9999-12-31 00:00:00"


class Translator(DagsterDbtTranslator):
    """dbt's folders become the asset groups of the way of the data; its sources are the landing assets."""

    def __init__(self, landed: set[dg.AssetKey]) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_asset_checks=True))
        self._landed = landed

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey([dbt_resource_props["source_name"], dbt_resource_props["name"]])
        return super().get_asset_key(dbt_resource_props)

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return str(dbt_resource_props["description"])  # dagster-dbt would append the SQL

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        kpi = dbt_resource_props["config"].get("meta", {}).get("kpi")
        return [f"team:{kpi['owner']}"] if kpi else None

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        file = DBT_DIR.name + "/" + dbt_resource_props["original_file_path"]
        if dbt_resource_props["resource_type"] == "seed":
            file = f"seeds/{dbt_resource_props['name']}.csv"  # dbt reads a merged copy
        return {**super().get_metadata(dbt_resource_props), "file": file}

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        if dbt_resource_props["resource_type"] == "seed":
            return "define"
        return GROUPS.get(dbt_resource_props["fqn"][1])

    def get_asset_spec(self, manifest: Mapping[str, Any], unique_id: str, project: Any) -> dg.AssetSpec:
        spec = super().get_asset_spec(manifest, unique_id, project)
        # Systems that the company does not have are read as empty tables; they are no part of its lineage.
        sources = {
            self.get_asset_key(manifest["sources"][parent])
            for parent in manifest["parent_map"].get(unique_id, [])
            if parent in manifest["sources"]
        }
        kept = [dep for dep in spec.deps if dep.asset_key not in sources or dep.asset_key in self._landed]
        return spec.replace_attributes(deps=kept)


def ensure_manifest(workspace: Workspace) -> tuple[dict[str, Any], str]:
    """dbt's manifest for this company, and the checksum of the project it was parsed from; parses where that is new.

    Raises WarehouseError with dbt's message where the project does not parse.
    """
    workspace.target.mkdir(parents=True, exist_ok=True)
    manifest, stamp = workspace.target / "manifest.json", workspace.target / "parsed.json"
    wanted = {
        "project": code_checksum(DBT_CODE),
        "seeds": seeds_checksum(workspace.config),
        "vars": dbt_vars(workspace.config),
    }
    with locked(workspace.target / "parse.lock"):
        # dbt rewrites its manifest in every build: a kill or a full disk may have cut it off
        if read_json_if_whole(stamp) != wanted or read_json_if_whole(manifest) is None:
            stamp.unlink(missing_ok=True)
            merge_seeds(workspace)
            current().line("  parse    the dbt project")
            env = {**os.environ, **dbt_environment(workspace, NO_AS_OF)}
            args = ["dbt", "--quiet", "parse", "--profiles-dir", ".", "--vars", dbt_vars(workspace.config)]
            done = subprocess.run(args, cwd=DBT_DIR, env=env, capture_output=True, text=True)
            if done.returncode != 0:
                raise WarehouseError(f"the dbt project does not parse:\n{(done.stdout + done.stderr).strip()}")
            write_json(wanted, stamp)
        return read_json(manifest), wanted["project"]


def dbt_definition(
    workspace: Workspace, manifest: dict[str, Any], parsed_from: str, translator: Translator
) -> dg.AssetsDefinition:
    """All models, seeds and tests. A test of severity error fails the step: nothing is published.

    So does an edit of the project while the run works: nobody could say what the marts were made of.
    """

    @dbt_assets(
        manifest=manifest,
        name="warehouse",
        dagster_dbt_translator=translator,
        required_resource_keys={"run_lock", "dbt"},
    )
    def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
        config, report = workspace.config, current()
        report.step("build")
        declare_tables(config.landing_dir, config.catalogue)
        declare_records(config.landing_dir)
        write_registry(config.landing_dir, config.catalogue)
        prepare(workspace)
        tags = context.run.tags
        as_of = tags.get(AS_OF_TAG) or default_as_of(config, registry_rows(config))
        report.line(f"  build    as of {as_of} UTC")
        context.log.info(f"as of {as_of} UTC")
        _refuse_changed_project(parsed_from)
        stale = is_stale(workspace)
        if stale:
            report.line("  build    everything anew: the code or settings that made the incremental tables changed")
        begin_build(workspace, context.run.run_id, as_of)
        args = ["build", "--exclude-resource-type", "unit_test", "--vars", dbt_vars(config)]
        args += ["--log-path", str(workspace.logs)]
        args += ["--full-refresh"] if stale or tags.get(FULL_REFRESH_TAG) == "true" else []
        env = dbt_environment(workspace, as_of) | _backfill_environment(tags.get(BACKFILL_TAG))
        env["TASUKI_UNSIGNED_DEFINITIONS"] = ",".join(
            unsigned(definitions(PROJECT_DIR, config.seeds_dir), read_lock(PROJECT_DIR / LOCK))
        )
        (workspace.target / "run_results.json").unlink(missing_ok=True)
        with _environment(env):
            invocation = context.resources.dbt.cli(
                args, context=context, target_path=workspace.target, raise_on_error=False
            )
            try:
                yield from _events(invocation, report)
            except KeyError:  # dbt speaks of a node that the manifest does not have
                invocation.process.terminate()
                invocation.process.wait()
                _refuse_changed_project(parsed_from)
                raise
        _refuse_changed_project(parsed_from)
        problems, warnings = dbt_problems(workspace)
        if invocation.process.wait() != 0:
            report.problems.extend(problems)
            names = ", ".join(problem.check for problem in problems) or f"see {workspace.logs}/dbt.log"
            raise dg.Failure(f"dbt build failed: {names}", allow_retries=False)
        whole = set(warehouse.keys), set(warehouse.check_keys)
        if (set(context.selected_asset_keys), set(context.selected_asset_check_keys)) == whole:
            finish_build(workspace, warnings)

    return warehouse


def _events(invocation: DbtCliInvocation, report: Report) -> Iterator[Any]:
    """What dbt says while it works, as Dagster's events; progress goes to the report."""
    done = 0
    for event in invocation.stream_raw_events():
        data = event.raw_event["data"]
        if event.is_result_event:
            done += 1
            total = data["total"] if "total" in data else data["num_models"]  # of a test
            report.dbt(done, total, data["node_info"]["node_name"], data["node_info"]["node_status"])
        yield from event.to_default_asset_events(
            manifest=invocation.manifest,
            dagster_dbt_translator=invocation.dagster_dbt_translator,
            context=invocation.context,
            target_path=invocation.target_path,
            project=invocation.project,
        )


def _refuse_changed_project(parsed_from: str) -> None:
    if code_checksum(DBT_CODE) != parsed_from:
        raise dg.Failure("the dbt project changed during the run; run again", allow_retries=False)


def _backfill_environment(period: str | None) -> dict[str, str]:
    if period is None:
        return {}
    first, last = period.split("/")
    return {"TASUKI_BACKFILL_FROM": first, "TASUKI_BACKFILL_TO": last}


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """dagster-dbt hands its own environment on to dbt."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
