"""One company's Dagster definitions, put together."""

import dagster as dg

from orchestration.defs.audit import PUBLIC_SCHEMAS, audit_checks, candidate_asset, published_asset
from orchestration.defs.automation import (
    JOB,
    daily_schedule,
    digest_job,
    digest_schedule,
    failure_sensor,
    new_files_sensor,
)
from orchestration.defs.build import Translator, dbt_definition, ensure_manifest
from orchestration.defs.land import asset_key, land_assets
from orchestration.defs.resources import dbt_resource, run_lock_resource
from orchestration.warehouse import Workspace, activate_environment


def build_definitions(workspace: Workspace) -> dg.Definitions:
    """Assets, checks, job, schedule and sensors of one company. Parses the dbt project where that is needed.

    Raises WarehouseError where the project does not parse or the company's seeds are not the project's.
    """
    activate_environment()
    manifest, parsed_from = ensure_manifest(workspace)
    translator = Translator({asset_key(feed) for feed in workspace.config.feeds})
    public_keys = [
        translator.get_asset_key(node)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] in PUBLIC_SCHEMAS
    ]
    return dg.Definitions(
        assets=[
            *land_assets(workspace),
            dbt_definition(workspace, manifest, parsed_from, translator),
            candidate_asset(workspace, manifest, public_keys),
            published_asset(workspace),
        ],
        asset_checks=[audit_checks(workspace)],
        jobs=[
            dg.define_asset_job(
                JOB,
                selection=dg.AssetSelection.all(),
                executor_def=dg.in_process_executor,  # DuckDB has one writer
                description="Land what is new, build, check, publish.",
            ),
            digest_job(workspace),
        ],
        schedules=[daily_schedule(workspace), digest_schedule(workspace)],
        sensors=[new_files_sensor(workspace), failure_sensor(workspace)],
        resources={"dbt": dbt_resource(), "run_lock": run_lock_resource(workspace)},
        executor=dg.in_process_executor,
    )
