"""What starts a run by itself, and what a failed one tells."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, DagsterEventType

from orchestration.defs import automation
from orchestration.defs.automation import ATTEMPTS, failure_sensor, new_files_sensor
from orchestration.defs.resources import run_lock_resource
from orchestration.lock import RunActive, RunLock
from orchestration.warehouse import Workspace


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as ephemeral:
        yield ephemeral


def export(workspace: Workspace, rows: int) -> Path:
    """An export of so many rows, in a file of one name."""
    path = workspace.config.path.parent / "exports" / "ma_person.csv"
    path.write_text("ma_id\n" + "".join(f"{row}\n" for row in range(rows)), encoding="utf-8")
    return path


def look(
    workspace: Workspace, instance: dg.DagsterInstance, cursor: str | None
) -> tuple[list[dg.RunRequest], str | None, str]:
    """Run requests, new cursor and reason for none, of one look of the sensor."""
    context = dg.build_sensor_context(instance=instance, cursor=cursor)
    data = new_files_sensor(workspace).evaluate_tick(context)
    return list(data.run_requests or []), data.cursor, data.skip_message or ""


def test_the_sensor_waits_until_new_files_are_complete(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    assert look(workspace, instance, None)[:2] == ([], None)
    export(workspace, 1)
    requests, first, _ = look(workspace, instance, None)
    assert requests == [] and first is not None
    export(workspace, 2)
    requests, second, _ = look(workspace, instance, first)
    assert requests == [] and second != first
    (request,), third, _ = look(workspace, instance, second)
    assert third == second
    again, _, _ = look(workspace, instance, third)
    assert [r.run_key for r in again] == [request.run_key], "files that cannot be landed start one run, not many"


def test_the_sensor_leaves_files_to_the_run_that_is_active(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    export(workspace, 1)
    _, cursor, _ = look(workspace, instance, None)
    with RunLock(workspace.lock), pytest.MonkeyPatch.context() as patch:
        # This process may nest its own lock: the run that is active is another's.
        patch.setattr("orchestration.lock._held", {})
        requests, cursor, said = look(workspace, instance, cursor)
    assert requests == [] and "another run is active: process" in said
    assert len(look(workspace, instance, cursor)[0]) == 1


def test_a_run_that_failed_before_it_landed_is_tried_again(workspace: Workspace, instance: dg.DagsterInstance) -> None:
    @dg.op
    def fail() -> None:
        raise dg.Failure("no")

    @dg.job
    def refresh() -> None:
        fail()

    export(workspace, 1)
    _, cursor, _ = look(workspace, instance, None)
    keys = set()
    for _ in range(ATTEMPTS):
        (request,), cursor, _ = look(workspace, instance, cursor)
        keys.add(request.run_key)
        refresh.execute_in_process(instance=instance, tags=dict(request.tags), raise_on_error=False)
    assert len(keys) == ATTEMPTS, "Dagster starts one run for each key"
    requests, _, said = look(workspace, instance, cursor)
    assert requests == [] and f"{ATTEMPTS} runs failed" in said


@pytest.mark.parametrize("where", ["step", "lock"])
def test_a_failed_run_tells_why(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    @dg.op(required_resource_keys={"run_lock"})
    def build() -> None:
        raise dg.Failure("dbt build failed: test unique_leads")

    def job(name: str) -> dg.JobDefinition:
        return dg.GraphDefinition(name=name, node_defs=[build]).to_job(
            resource_defs={"run_lock": run_lock_resource(workspace)}
        )

    if where == "lock":

        def refuse(self: RunLock) -> None:
            raise RunActive("another run is active: process 1")

        monkeypatch.setattr(RunLock, "__enter__", refuse)
    told: list[str] = []
    monkeypatch.setattr(automation, "run_failed", lambda config, run_id, message: told.append(message))
    result = job("refresh").execute_in_process(instance=instance, raise_on_error=False)
    ended = next(event for event in result.all_events if event.event_type_value == "PIPELINE_FAILURE")
    context = dg.build_run_status_sensor_context(
        sensor_name="run_failed", dagster_event=ended, dagster_instance=instance, dagster_run=result.dagster_run
    )
    failure_sensor(workspace)(context.for_run_failure())
    wanted = {
        "step": "Failed: step build: dbt build failed: test unique_leads",
        "lock": "Failed: another run is active: process 1",
    }
    assert told == [wanted[where]]


@pytest.mark.parametrize("alive", [True, False])
def test_a_run_that_died_with_the_machine_is_ended(
    workspace: Workspace, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch, alive: bool
) -> None:
    """Dagster alone would keep it in progress, and the next in the queue behind it."""

    @dg.job
    def refresh() -> None:
        """Nothing."""

    run = instance.create_run_for_job(refresh)
    began = DagsterEvent(DagsterEventType.RUN_START.value, job_name="refresh")
    instance.report_dagster_event(began, run.run_id)

    def status() -> str:
        (record,) = instance.get_run_records()
        return record.dagster_run.status.value

    look(workspace, instance, None)
    assert status() == "STARTED", "a run has the lock only a moment after it began"
    monkeypatch.setattr(automation, "DEAD_SECONDS", -1)
    if alive:
        with RunLock(workspace.lock), pytest.MonkeyPatch.context() as patch:
            patch.setattr("orchestration.lock._held", {})
            look(workspace, instance, None)
        assert status() == "STARTED"
    else:
        look(workspace, instance, None)
        assert status() == "FAILURE"
