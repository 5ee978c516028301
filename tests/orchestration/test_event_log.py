"""Dagster's event log with connections that stay open: the same files, read by Dagster's own storage."""

import threading
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log import SqliteEventLogStorage

from orchestration.event_log import MAX_OPEN, EventLog
from orchestration.run import DAGSTER_YAML


@dg.asset
def leads() -> None:
    """Something to materialise."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Dagster home as `tasuki dagster-home` makes it."""
    (tmp_path / "dagster.yaml").write_text(DAGSTER_YAML, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def event_log(instance: dg.DagsterInstance) -> EventLog:
    storage = instance.event_log_storage
    assert isinstance(storage, EventLog)
    return storage


def test_dagsters_own_storage_reads_what_was_stored(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        runs = [dg.materialize([leads], instance=instance).run_id for _ in range(MAX_OPEN + 2)]
        stored = [len(event_log(instance).get_logs_for_run(run)) for run in runs]
        assert len(event_log(instance)._engines) == MAX_OPEN, "as many files stay open as there are runs"
        last = instance.get_latest_materialization_event(dg.AssetKey("leads"))
    assert last is not None and last.run_id == runs[-1]
    assert not list((home / "history" / "runs").glob("*-wal")), "a connection was left open"
    default = SqliteEventLogStorage(str(home / "history" / "runs"))
    assert [len(default.get_logs_for_run(run)) for run in runs] == stored
    assert min(stored) > 5


def test_threads_and_a_second_instance_store_side_by_side(home: Path) -> None:
    with dg.DagsterInstance.get() as instance, dg.DagsterInstance.get() as other:
        run = dg.materialize([leads], instance=instance)
        before = len(event_log(instance).get_logs_for_run(run.run_id))

        def report(one: dg.DagsterInstance) -> None:
            for number in range(20):
                one.report_engine_event(str(number), run.dagster_run)

        threads = [threading.Thread(target=report, args=[one]) for one in (instance, instance, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(event_log(other).get_logs_for_run(run.run_id)) == before + 60
