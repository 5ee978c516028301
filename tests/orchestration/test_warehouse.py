"""What a build is made from."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration import warehouse
from orchestration.config import load_config
from orchestration.warehouse import (
    SEEDS_DIR,
    WarehouseError,
    Workspace,
    begin_build,
    dbt_environment,
    dbt_vars,
    default_as_of,
    finish_build,
    is_stale,
    merge_seeds,
    prepare,
    seeds_checksum,
)

TOML = """
[company]
name = "試験"
seeds = "seeds"
[systems.generic]
folder = "exports"
timezone = "Asia/Tokyo"
[systems.generic.feeds.ma_person]
delivery = "snapshot"
timezone = "UTC"
[systems.generic.feeds.cs_csat]
sets_as_of = false
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "exports").mkdir()
    (tmp_path / "seeds").mkdir()
    (tmp_path / "tasuki.toml").write_text(TOML, encoding="utf-8")
    workspace = Workspace(load_config(tmp_path / "tasuki.toml"))
    yield workspace
    shutil.rmtree(workspace.seeds, ignore_errors=True)


def test_as_of_is_what_every_feed_that_sets_it_knows(workspace: Workspace) -> None:
    def batch(table: str, day: int) -> dict[str, object]:
        return {"system": "generic", "table_name": table, "confirmed_at": dt.datetime(2026, 3, day)}

    rows = [batch("crm_lead", 1), batch("crm_lead", 9), batch("crm_contact", 7), batch("cs_csat", 2)]
    assert default_as_of(workspace.config, rows) == "2026-03-07 00:00:00"
    with pytest.raises(WarehouseError, match="nothing has landed yet"):
        default_as_of(workspace.config, [batch("cs_csat", 2)])


def test_another_copy_of_the_project_makes_dbt_parse_anew(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dbt reads seeds from where they lay when it parsed: those of the copy before, unless their folder's name changes."""
    here = dbt_environment(workspace, "2026-03-31 15:00:00")["TASUKI_SEEDS"]
    monkeypatch.setattr(warehouse, "DBT_DIR", tmp_path / "copy" / "dbt_project")
    there = dbt_environment(workspace, "2026-03-31 15:00:00")["TASUKI_SEEDS"]
    assert here != there and Path(here).parent == Path(there).parent == Path(".seeds")


def test_a_company_lays_its_seeds_over_the_projects(workspace: Workspace, tmp_path: Path) -> None:
    merge_seeds(workspace)
    plain = seeds_checksum(workspace.config)
    untouched = (workspace.seeds / "limits.csv").stat().st_mtime_ns
    header = (SEEDS_DIR / "windows.csv").read_text(encoding="utf-8").splitlines()[0] + "\n"
    (tmp_path / "seeds" / "windows.csv").write_text(header, encoding="utf-8")
    merge_seeds(workspace)
    assert (workspace.seeds / "windows.csv").read_text(encoding="utf-8") == header
    assert (workspace.seeds / "limits.csv").stat().st_mtime_ns == untouched
    assert seeds_checksum(workspace.config) != plain
    (tmp_path / "seeds" / "windows.csv").unlink()
    merge_seeds(workspace)
    assert (workspace.seeds / "windows.csv").read_bytes() == (SEEDS_DIR / "windows.csv").read_bytes()
    assert seeds_checksum(workspace.config) == plain
    (tmp_path / "seeds" / "window.csv").write_text("own\n", encoding="utf-8")
    with pytest.raises(WarehouseError, match="window.csv, which is no seed of the project"):
        merge_seeds(workspace)


def test_merged_seeds_go_when_their_company_has_gone(workspace: Workspace, tmp_path: Path) -> None:
    home = tmp_path / "other"
    other = Workspace(workspace.config.model_copy(update={"home_dir": home}))
    home.mkdir()
    merge_seeds(other)
    workspace.config.home_dir.mkdir(parents=True)
    merge_seeds(workspace)
    assert other.seeds.exists() and workspace.seeds.exists()
    home.rmdir()
    merge_seeds(workspace)
    assert not other.seeds.exists()
    assert (workspace.seeds / "limits.csv").exists()


def test_settings_reach_dbt(workspace: Workspace) -> None:
    assert json.loads(dbt_vars(workspace.config)) == {
        "business_timezone": "Asia/Tokyo",
        "fiscal_year_start_month": 4,
        "base_currency": "JPY",
        "kpi_segments": ["channel", "campaign", "persona", "industry", "company_size", "owner", "region"],
        "kpi_side_by_side_months": 3,
        "source_timezones": {"generic": "Asia/Tokyo", "generic.ma_person": "UTC"},
        "feed_deliveries": {"generic.ma_person": "snapshot"},
        "record_urls": {},
    }


def test_a_damaged_warehouse_is_built_anew(workspace: Workspace) -> None:
    workspace.warehouse.parent.mkdir(parents=True)
    workspace.warehouse.write_bytes(os.urandom(5000))
    prepare(workspace)
    assert not workspace.warehouse.exists()
    assert workspace.config.warehouse_dir.stat().st_mode & 0o777 == 0o700


def test_a_dbt_that_outlived_its_run_is_ended(workspace: Workspace) -> None:
    code = "import time; time.sleep(60)"
    orphan = subprocess.Popen([sys.executable, "-c", code, "--log-path", str(workspace.logs)])
    other = subprocess.Popen([sys.executable, "-c", code, "--log-path", str(workspace.logs) + "-of-another"])
    try:
        time.sleep(0.5)
        prepare(workspace)
        assert orphan.wait(timeout=5) == -9
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_increments_made_by_other_code_or_settings_are_stale(workspace: Workspace, tmp_path: Path) -> None:
    """Also where a run with the other settings was killed, and the settings are again as they were."""
    workspace.config.warehouse_dir.mkdir(parents=True)
    workspace.warehouse.touch()
    begin_build(workspace, "first", "2026-01-01 00:00:00")
    assert is_stale(workspace)
    finish_build(workspace, [])
    assert not is_stale(workspace)
    begin_build(workspace, "killed", "2026-01-02 00:00:00")
    assert not is_stale(workspace)
    types = tmp_path / "seeds" / "activity_types.csv"
    types.write_text((SEEDS_DIR / types.name).read_text(encoding="utf-8").replace("true", "false", 1), encoding="utf-8")
    assert is_stale(workspace)
    begin_build(workspace, "killed too", "2026-01-03 00:00:00")
    types.unlink()
    assert is_stale(workspace)
    finish_build(workspace, [])
    assert not is_stale(workspace)
