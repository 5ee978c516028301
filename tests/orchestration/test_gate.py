"""The gate in Dagster itself: candidate, audit and publishing as one job, on a warehouse made by hand."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.errors import DagsterExecutionInterruptedError

from orchestration.defs.audit import CANDIDATE, PUBLISHED, audit_checks, candidate_asset, published_asset
from orchestration.defs.resources import run_lock_resource
from orchestration.lock import RunLock
from orchestration.publish import current_version
from orchestration.warehouse import Workspace
from tests.orchestration.conftest import build


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral(tempdir=str(tmp_path)) as ephemeral:
        yield ephemeral


def run(workspace: Workspace, instance: dg.DagsterInstance, *keys: dg.AssetKey) -> dg.ExecuteInProcessResult:
    definitions = dg.Definitions(
        assets=[candidate_asset(workspace, {"nodes": {}}, []), published_asset(workspace)],
        asset_checks=[audit_checks(workspace)],
        resources={"run_lock": run_lock_resource(workspace)},
        executor=dg.in_process_executor,
    )
    job = definitions.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, asset_selection=list(keys), raise_on_error=False)


def test_a_critical_fault_stops_publishing_and_the_next_good_run_is_not_harmed(
    workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    assert run(workspace, instance, CANDIDATE, PUBLISHED).success
    first = current_version(workspace.config)

    build(workspace, "faulty", ("update marts.relay_ledger set stock_residual = 1",))
    result = run(workspace, instance, CANDIDATE, PUBLISHED)
    assert not result.success
    failed = [evaluation for evaluation in result.get_asset_check_evaluations() if not evaluation.passed]
    assert [evaluation.check_name for evaluation in failed] == ["warehouse_relay_ledger"]
    assert current_version(workspace.config) == first

    alone = run(workspace, instance, PUBLISHED)
    assert not alone.success, "publishing alone after a failed check is refused"
    assert current_version(workspace.config) == first

    build(workspace, "sound", leads=4)
    assert run(workspace, instance, CANDIDATE, PUBLISHED).success
    assert current_version(workspace.config) != first


def test_a_warning_does_not_stop_publishing(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    build(workspace, "late", ("update marts.data_status set lag_hours = 500",))
    result = run(workspace, instance, CANDIDATE, PUBLISHED)
    assert result.success
    assert [e.check_name for e in result.get_asset_check_evaluations() if not e.passed] == ["warehouse_data_status"]


def test_a_candidate_that_was_never_audited_is_refused(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    definition = candidate_asset(workspace, {"nodes": {}}, [])
    resources = {"run_lock": run_lock_resource(workspace)}
    assert dg.materialize([definition], resources=resources, instance=instance).success
    assert not run(workspace, instance, PUBLISHED).success
    assert current_version(workspace.config) is None


def test_a_run_holds_the_lock_whoever_started_it(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []

    def spying(run_id: Workspace) -> None:
        from orchestration import lock

        held.append(workspace.lock.resolve() in lock._held)
        raise AssertionError("stop here")

    monkeypatch.setattr("orchestration.defs.audit.publish", spying)
    assert not run(workspace, instance, CANDIDATE, PUBLISHED).success
    assert held == [True]
    with RunLock(workspace.lock):  # let go after the run
        pass


def test_a_terminated_run_leaves_no_dbt_behind(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    """Dagster interrupts a step between two of its events, where nothing of ours is told of it."""
    started: list[subprocess.Popen[bytes]] = []

    @dg.op(required_resource_keys={"run_lock"})
    def building() -> None:
        work = "import time; print(flush=True); time.sleep(600)"
        command = [sys.executable, "-c", work, "--log-path", str(workspace.logs)]
        dbt = subprocess.Popen(command, stdout=subprocess.PIPE)
        started.append(dbt)
        assert dbt.stdout is not None
        dbt.stdout.readline()  # a process that has not begun yet is listed without its arguments
        raise DagsterExecutionInterruptedError

    @dg.job(resource_defs={"run_lock": run_lock_resource(workspace)}, executor_def=dg.in_process_executor)
    def refresh() -> None:
        building()

    with contextlib.suppress(DagsterExecutionInterruptedError):
        refresh.execute_in_process(instance=instance, raise_on_error=False)
    (dbt,) = started
    try:
        assert dbt.wait(timeout=10) == -signal.SIGKILL
    finally:
        dbt.kill()
