"""Publishing: whole versions, switched atomically; refused where the audit did not hold; healed after a kill."""

import contextlib
import errno
import multiprocessing
import os
import shutil
import stat
import time
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from orchestration.atomic import read_json, switch_symlink, write_json
from orchestration.ledger import declare_records, ledger_dir, records
from orchestration.publish import (
    MARTS_FILE,
    RESTRICTED_FILE,
    PublishRefused,
    current_version,
    heal,
    publish,
    record_audit,
    rollback,
    versions,
    write_candidate,
)
from orchestration.warehouse import Workspace
from tests.orchestration.conftest import audited_candidate, build, make_workspace


def published(workspace: Workspace, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(workspace.config.published_dir / "current" / MARTS_FILE), read_only=True) as con:
        return con.execute(query).fetchall()


def test_a_version_is_whole_and_stamped(workspace: Workspace) -> None:
    candidate = write_candidate(workspace, "r1", {"leads": {"": "One row per lead cycle.", "lead_id": "Key"}})
    record_audit(candidate, True, [])
    manifest = publish(workspace)
    folder = workspace.config.published_dir / "current"
    assert published(workspace, "select count(*) from marts.leads") == [(3,)]
    comment = "select comment from duckdb_columns() where table_name = 'leads' and column_name = 'lead_id'"
    assert published(workspace, comment) == [("Key",)]
    stamped = "select published_at is not null, failed_checks from marts.data_status"
    assert published(workspace, stamped) == [(True, 0)]
    status = duckdb.read_parquet(str(folder / "parquet" / "data_status.parquet")).project("published_at").fetchone()
    assert status is not None and status[0] is not None
    assert {path.stem for path in (folder / "parquet").iterdir()} == set(manifest["rows"])
    assert not list(folder.glob("*.wal"))
    assert [record["version"] for record in records(workspace.config.landing_dir)] == [manifest["version"]]


def test_the_record_keeps_what_the_build_made_for_it(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the publishing was killed before the record was whole; a table without rows leaves no file."""
    config, ledger = workspace.config, ledger_dir(workspace.config.landing_dir)
    tables = (
        "create schema ledger; create table ledger.empty as select 1 as a where false;"
        "create table ledger.publish_times as select timestamp '2026-03-31 15:00:00' as as_of, date '2026-04-01' as as_of_on"
    )
    build(workspace, "build-2", faults=(tables,))
    audited_candidate(workspace, "r1")
    with monkeypatch.context() as patched:
        kill_after(patched, "orchestration.ledger.write_json", 0)
        with contextlib.suppress(KeyboardInterrupt):
            publish(workspace)
    assert records(config.landing_dir) == []
    heal(config)
    (record,) = records(config.landing_dir)
    declare_records(config.landing_dir)
    assert {path.parent.name for path in ledger.glob("*/*Z-*.parquet")} == {"publish_times"}
    rows = duckdb.read_parquet(str(ledger / "publish_times" / "*.parquet"), union_by_name=True)
    assert rows.project("version, cast(as_of_on as varchar)").fetchall() == [(record["version"], "2026-04-01")]


def test_personal_data_lies_apart_for_the_owner_alone(workspace: Workspace) -> None:
    audited_candidate(workspace, "r1")
    version = publish(workspace)["version"]
    assert published(workspace, "select count(*) from information_schema.tables where table_schema = 'restricted'") == [
        (0,)
    ]
    restricted = workspace.config.restricted_dir
    assert os.readlink(restricted / "current") == f"versions/{version}"
    assert stat.S_IMODE(restricted.stat().st_mode) == 0o700
    assert stat.S_IMODE((restricted / "current" / RESTRICTED_FILE).stat().st_mode) == 0o600


def test_nothing_is_published_without_a_passed_audit_of_the_latest_build(workspace: Workspace) -> None:
    with pytest.raises(PublishRefused, match="nothing to publish"):
        publish(workspace)
    candidate = write_candidate(workspace, "r1")
    with pytest.raises(PublishRefused, match="was not audited"):
        publish(workspace)
    record_audit(candidate, False, [{"check": "keys", "passed": False, "blocks": True}])
    with pytest.raises(PublishRefused, match="failed its audit \\(keys\\)"):
        publish(workspace)
    record_audit(candidate, True, [])
    build(workspace, "build-2")
    with pytest.raises(PublishRefused, match="older than the warehouse's latest build"):
        publish(workspace)
    assert current_version(workspace.config) is None


def test_an_unfinished_build_gives_no_candidate(workspace: Workspace) -> None:
    write_json({**read_json(workspace.build_state), "state": "building"}, workspace.build_state)
    with pytest.raises(PublishRefused, match="did not end"):
        write_candidate(workspace, "r1")


def test_a_failed_audit_does_not_poison_the_next_run(workspace: Workspace) -> None:
    audited_candidate(workspace, "bad", passed=False)
    build(workspace, "build-2", leads=4)
    audited_candidate(workspace, "good")
    publish(workspace)
    assert published(workspace, "select count(*) from marts.leads") == [(4,)]
    assert not [path for path in (workspace.config.published_dir / "candidates").iterdir()]
    assert not [path for path in (workspace.config.restricted_dir / "candidates").iterdir()]


def test_rollback_and_retention(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path, versions=2)
    made = []
    for number in range(4):
        build(workspace, f"build-{number}", leads=number + 1)
        audited_candidate(workspace, f"r{number}")
        made.append(publish(workspace)["version"])
    assert [manifest["version"] for manifest in versions(workspace.config)] == [made[3], made[2]]
    assert len(records(workspace.config.landing_dir)) == 4, "the ledger outlives the versions"
    rollback(workspace.config, made[2])
    assert current_version(workspace.config) == made[2]
    assert os.readlink(workspace.config.restricted_dir / "current") == f"versions/{made[2]}"
    assert published(workspace, "select count(*) from marts.leads") == [(3,)]
    with pytest.raises(PublishRefused, match="is not kept"):
        rollback(workspace.config, made[0])
    build(workspace, "build-5", leads=9)
    audited_candidate(workspace, "r5")
    newest = publish(workspace)["version"]
    kept = [manifest["version"] for manifest in versions(workspace.config)]
    assert kept == [newest, made[3], made[2]], "what was current just before may still be read"


def test_a_clock_that_was_set_back_changes_no_order(workspace: Workspace) -> None:
    """Versions are named after when each was published; their names sort as they were published all the same."""
    made = []
    for number, at in enumerate(["2026-04-01T00:00:00.0015", "2026-03-01", "2026-03-02", "2026-05-01"]):
        audited_candidate(workspace, f"r{number}")
        manifest = publish(workspace, datetime.fromisoformat(at).replace(tzinfo=UTC))
        made.append(manifest["version"])
        assert current_version(workspace.config) == made[-1] == versions(workspace.config)[0]["version"]
        assert manifest["published_at"][:10] == at[:10]
    assert made == sorted(made)
    assert [version[:18] for version in made] == [
        "20260401T000000001",
        "20260401T000000002",
        "20260401T000000003",
        "20260501T000000000",
    ]


def test_what_a_kill_leaves_is_healed(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    config = workspace.config
    audited_candidate(workspace, "r1")
    publish(workspace)
    for victim in ("os.rename", "orchestration.publish.switch_symlink", "orchestration.publish.record_version"):
        for survives in range(4):
            build(workspace, f"{victim}-{survives}", leads=5)
            audited_candidate(workspace, f"{victim}-{survives}")
            with monkeypatch.context() as patched:
                kill_after(patched, victim, survives)
                with contextlib.suppress(KeyboardInterrupt):
                    publish(workspace)
            assert published(workspace, "select count(*) from marts.leads")[0][0] in (3, 5), "readable throughout"
            heal(config)
            version = current_version(config)
            assert Path(os.readlink(config.restricted_dir / "current")).name == version
            assert version in {record["version"] for record in records(config.landing_dir)}
            audited_candidate(workspace, f"again-{victim}-{survives}")
            publish(workspace)


def test_a_version_killed_before_the_switch_was_never_published(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it would be the first; a kept version that the ledger lost is none of them."""
    config = workspace.config
    for leads in (3, 4, 5):
        build(workspace, f"build-{leads}", leads=leads)
        with monkeypatch.context() as patched:
            kill_after(patched, "orchestration.publish._switch", 0)
            audited_candidate(workspace, f"killed-{leads}")
            with contextlib.suppress(KeyboardInterrupt):
                publish(workspace)
        killed = versions(config)[0]["version"]
        with pytest.raises(PublishRefused, match="is not kept"):
            rollback(config, killed)
        for root in (config.published_dir, config.restricted_dir):
            assert killed not in {path.name for path in (root / "versions").iterdir()}
        audited_candidate(workspace, f"r{leads}")
        publish(workspace)
    shutil.rmtree(ledger_dir(config.landing_dir))
    heal(config)
    assert [manifest["rows"]["leads"] for manifest in versions(config)] == [5, 4, 3]


def test_a_version_killed_before_its_record_is_recorded_by_the_rollback(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = workspace.config
    audited_candidate(workspace, "r1")
    first = publish(workspace)["version"]
    audited_candidate(workspace, "r2")
    with monkeypatch.context() as patched:
        kill_after(patched, "orchestration.publish.record_version", 0)
        with contextlib.suppress(KeyboardInterrupt):
            publish(workspace)
    killed = current_version(config)
    rollback(config, first)
    assert [record["version"] for record in records(config.landing_dir)] == [first, killed]
    heal(config)
    assert [manifest["version"] for manifest in versions(config)] == [killed, first]


def test_a_switch_that_fails_leaves_both_where_they_were(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    config = workspace.config
    made = []
    for number in (1, 2):
        audited_candidate(workspace, f"r{number}")
        made.append(publish(workspace)["version"])

    def read_only(link: Path, target: str) -> None:
        if link.parent == config.published_dir:
            raise PermissionError(errno.EACCES, "Permission denied", str(link))
        switch_symlink(link, target)

    monkeypatch.setattr("orchestration.publish.switch_symlink", read_only)
    with pytest.raises(PermissionError):
        rollback(config, made[0])
    for root in (config.published_dir, config.restricted_dir):
        assert os.readlink(root / "current") == f"versions/{made[1]}"


def kill_after(patched: pytest.MonkeyPatch, name: str, calls: int) -> None:
    """The function called `name` is interrupted at its call number `calls` + 1."""
    module_name, _, attribute = name.rpartition(".")
    module = __import__(module_name, fromlist=[attribute])
    original, count = getattr(module, attribute), iter(range(1000))

    def dying(*args: Any, **kwargs: Any) -> Any:
        if next(count) >= calls:
            raise KeyboardInterrupt
        return original(*args, **kwargs)

    patched.setattr(module, attribute, dying)


def poll(link: str, stop: Any, seen: "Queue[Any]") -> None:
    """Read two tables of the published version again and again, as a BI client does; report what was seen."""
    engine = sqlalchemy.create_engine(f"duckdb:///{link}", connect_args={"read_only": True}, poolclass=NullPool)
    pairs, errors, queries = set(), [], 0
    while not stop.is_set():
        try:
            with engine.connect() as connection:
                leads = connection.execute(sqlalchemy.text("select count(*) from marts.leads")).scalar()
                events = connection.execute(sqlalchemy.text("select count(*) from marts.stage_events")).scalar()
            pairs.add((leads, events))
            queries += 1
        except Exception as error:
            errors.append(repr(error))
    seen.put((pairs, errors, queries))


def test_a_reader_polling_across_publishes_sees_no_error_and_no_mixture(workspace: Workspace) -> None:
    audited_candidate(workspace, "r0")
    publish(workspace)
    context = multiprocessing.get_context("spawn")
    stop, seen = context.Event(), context.Queue()
    link = str(workspace.config.published_dir / "current" / MARTS_FILE)
    reader = context.Process(target=poll, args=(link, stop, seen))
    reader.start()
    time.sleep(2)
    for number in range(3):
        build(workspace, f"build-{number}", leads=10 + number)
        audited_candidate(workspace, f"r{number + 1}")
        publish(workspace)
        time.sleep(0.5)
    stop.set()
    pairs, errors, queries = seen.get(timeout=60)
    reader.join()
    assert not errors and queries > 0
    assert all(leads == events for leads, events in pairs)
    assert (12, 12) in pairs
