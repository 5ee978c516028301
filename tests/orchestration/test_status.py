"""Whether there is anything to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orchestration.atomic import read_json, write_json
from orchestration.cli import app
from orchestration.landing import land_all
from orchestration.ledger import ledger_dir
from orchestration.lock import RunLock
from orchestration.publish import MARTS_FILE, heal, publish
from orchestration.status import why_run
from orchestration.warehouse import Workspace, batch_ids, begin_build, default_as_of, inputs, is_stale, registry_rows
from tests.orchestration.conftest import audited_candidate, make_workspace


@pytest.fixture
def up_to_date(tmp_path: Path) -> Workspace:
    """A company whose current version is what a run would publish now."""
    workspace = make_workspace(tmp_path)
    config = workspace.config
    (tmp_path / "exports" / "ma_person_20260301.csv").write_text("ma_id\n1\n", encoding="utf-8")
    land_all(config)
    rows = registry_rows(config)
    made_of = {"inputs": inputs(config), "batches": batch_ids(rows), "as_of": default_as_of(config, rows)}
    write_json({**read_json(workspace.build_state), **made_of}, workspace.build_state)
    audited_candidate(workspace, "r1")
    publish(workspace)
    return workspace


def test_a_half_built_warehouse_is_work(up_to_date: Workspace) -> None:
    assert why_run(up_to_date.config) is None
    state = read_json(up_to_date.build_state)
    write_json({**state, "state": "building"}, up_to_date.build_state)
    assert "not whole" in str(why_run(up_to_date.config))
    write_json(state, up_to_date.build_state)
    up_to_date.warehouse.unlink()
    assert "not whole" in str(why_run(up_to_date.config))


def test_a_new_file_and_another_as_of_are_work(up_to_date: Workspace) -> None:
    assert "another as_of" in str(why_run(up_to_date.config, "2026-02-01 00:00:00"))
    exports = up_to_date.config.path.parent / "exports"
    (exports / "ma_person_20260302.csv").write_text("ma_id\n2\n", encoding="utf-8")
    assert "1 new or changed file(s)" in str(why_run(up_to_date.config))


def test_where_nothing_is_new_what_a_kill_left_is_healed(up_to_date: Workspace) -> None:
    (record,) = ledger_dir(up_to_date.config.landing_dir).glob("*.json")
    record.unlink()
    command = ["run", "--config", str(up_to_date.config.path)]
    with RunLock(up_to_date.lock):
        busy = subprocess.run([sys.executable, "-m", "orchestration.cli", *command], capture_output=True, check=False)
    assert busy.returncode == 75 and not record.exists(), "an active run is left alone"
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0 and "Nothing new" in done.stderr and record.exists()


@pytest.mark.parametrize("left", ["", '{"state": "buil', "\0\0\0"])
def test_a_build_state_that_was_cut_off_is_unknown(up_to_date: Workspace, left: str) -> None:
    up_to_date.build_state.write_text(left, encoding="utf-8")
    assert "not whole" in str(why_run(up_to_date.config))
    assert is_stale(up_to_date), "everything is built anew"
    begin_build(up_to_date, "next", "2026-03-31 15:00:00")
    assert is_stale(up_to_date)


def test_a_damaged_current_version_is_work(up_to_date: Workspace) -> None:
    folder = up_to_date.config.published_dir / "current"
    whole = (folder / "manifest.json").read_text(encoding="utf-8")
    (folder / "manifest.json").write_text(whole[:40], encoding="utf-8")
    heal(up_to_date.config)
    assert why_run(up_to_date.config) == "the current version is damaged"
    (folder / "manifest.json").write_text(whole, encoding="utf-8")
    for name in (MARTS_FILE, "parquet/leads.parquet"):
        content = (folder / name).read_bytes()
        os.truncate(folder / name, len(content) // 2)
        assert why_run(up_to_date.config) == "the current version is damaged"
        (folder / name).unlink()
        assert why_run(up_to_date.config) == "the current version is damaged"
        (folder / name).write_bytes(content)
    assert why_run(up_to_date.config) is None
