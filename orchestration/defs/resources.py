"""What every step needs: the company's run lock, and dbt without its own network look-ups."""

from collections.abc import Iterator
from functools import cached_property
from importlib.metadata import version
from typing import Any

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version

from orchestration.lock import RunActive, RunLock
from orchestration.publish import heal
from orchestration.warehouse import DBT_DIR, Workspace, end_orphans

AS_OF_TAG = "tasuki/as_of"
FULL_REFRESH_TAG = "tasuki/full_refresh"
BACKFILL_TAG = "tasuki/backfill"  # first day/last day
STARTED_BY_TAG = "tasuki/started_by"


class Dbt(DbtCliResource):
    """dbt as this virtual environment has it. Two private steps of dagster-dbt are replaced: it would run
    `dbt --version`, which asks PyPI for updates, and open the warehouse in Dagster's own process."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Any) -> None:  # type: ignore[override]
        return None


def dbt_resource() -> Dbt:
    """dbt for the project; the caller puts the venv's bin on PATH first."""
    return Dbt(project_dir=str(DBT_DIR), profiles_dir=str(DBT_DIR))


def run_lock_resource(workspace: Workspace) -> dg.ResourceDefinition:
    """Held from a run's first step to its last, whoever started it: a second run fails before it does anything."""

    @dg.resource
    def run_lock(_: dg.InitResourceContext) -> Iterator[None]:
        try:
            with RunLock(workspace.lock):
                heal(workspace.config)
                try:
                    yield None
                finally:
                    end_orphans(workspace)  # Dagster does not always pass on to dbt that the run was terminated
        except RunActive as error:
            raise dg.Failure(str(error), allow_retries=False) from error

    return run_lock
