"""What a run tells of a company of which nothing has landed."""

import errno
import os
import shutil
import signal
import time
from pathlib import Path
from unittest.mock import Mock

import dagster as dg
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.config import load_config
from orchestration.defs import company, land
from orchestration.defs.automation import JOB
from orchestration.progress import Report
from orchestration.run import dagster_home, refresh
from orchestration.warehouse import WarehouseError, Workspace, default_as_of, registry_rows

TOML = '[company]\nname = "試験"\n[systems.generic]\nfolder = "exports"\n[paths]\nlanding = "data/landing"\n'


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A company without a file, whose run ends with as_of: no dbt."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "tasuki.toml").write_text(TOML, encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    monkeypatch.setattr(land, "RETRY", None)
    monkeypatch.setattr(land, "WAIT_SECONDS", 0)
    monkeypatch.setattr(company, "build_definitions", short_job)
    return Workspace(load_config(tmp_path / "tasuki.toml"))


def short_job(workspace: Workspace) -> dg.Definitions:
    """The landing, and of the build its first question."""
    landing = land.land_assets(workspace)

    @dg.asset(deps=[key for asset in landing for key in asset.keys])
    def warehouse() -> None:
        default_as_of(workspace.config, registry_rows(workspace.config))

    return dg.Definitions(
        assets=[*landing, warehouse],
        jobs=[dg.define_asset_job(JOB, executor_def=dg.in_process_executor)],
        resources={"run_lock": dg.ResourceDefinition.none_resource()},
    )


def test_nothing_has_landed_where_nothing_went_wrong(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(WarehouseError, match=f"^nothing has landed yet: put exports into {tmp_path / 'exports'} and"):
        refresh(workspace.config, Report())


def test_what_kept_the_landing_from_its_work_is_told(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "exports" / "ma_person.csv").write_text("ma_id\n1\n", encoding="utf-8")
    (tmp_path / "data").write_text("a file", encoding="utf-8")
    report = Report()
    assert not refresh(workspace.config, report)
    (problem,) = report.problems
    assert problem.check == "step land_generic"
    assert problem.message == f"NotADirectoryError: [Errno 20] Not a directory: '{tmp_path / 'data' / 'landing'}'"


def test_a_folder_that_is_away_is_told(workspace: Workspace, tmp_path: Path) -> None:
    os.rmdir(tmp_path / "exports")
    report = Report()
    assert not refresh(workspace.config, report)
    assert {problem.check for problem in report.problems} == {"step land"}
    assert f"the folder {tmp_path / 'exports'} cannot be read" in report.problems[0].message


@pytest.mark.parametrize("name", ["runs.db", "runs/index.db"])
def test_a_damaged_history_of_dagster_is_told_with_what_to_do(workspace: Workspace, name: str) -> None:
    """And what is told helps."""
    damaged = workspace.config.dagster_dir / "history" / name
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="file is not a database; .* remove that folder") as told:
        refresh(workspace.config, Report())
    assert str(workspace.config.dagster_dir) in str(told.value)
    shutil.rmtree(workspace.config.dagster_dir)
    with pytest.raises(WarehouseError, match="^nothing has landed yet"):
        refresh(workspace.config, Report())


def test_an_emptied_dagster_yaml_sends_no_telemetry(workspace: Workspace) -> None:
    settings = dagster_home(workspace.config) / "dagster.yaml"
    own = "telemetry:\n  enabled: false\n"
    for text, kept in (("", False), (own, True)):
        settings.write_text(text, encoding="utf-8")
        dagster_home(workspace.config)
        assert (settings.read_text(encoding="utf-8") == text) is kept
        assert own in settings.read_text(encoding="utf-8")


def test_an_interrupted_run_is_no_failure(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told as such, to nobody but who ended it."""

    def interrupt(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)

    monkeypatch.setattr(land, "land_all", interrupt)
    monkeypatch.setattr("orchestration.status.why_run", lambda *_: "a test")
    monkeypatch.setattr("orchestration.notify.run_failed", interrupt)
    done = CliRunner().invoke(app, ["run", "--config", str(workspace.config.path)])
    assert done.exit_code == 130
    assert done.stderr.splitlines()[-1] == "Interrupted. Nothing needs repair: run again"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (None, "Failed: nothing has landed yet: put exports into "),
        (OSError(errno.ENOSPC, "No space left on device"), "cannot be written: No space left on device"),
    ],
)
def test_a_run_that_cannot_work_is_posted_like_one_that_fails(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, fault: OSError | None, said: str
) -> None:
    """Who starts it from cron reads no terminal."""
    posted: list[str] = []
    toml = workspace.config.path
    toml.write_text(f'{TOML}[notify]\nwebhook_env = "HOOK"\n', encoding="utf-8")
    monkeypatch.setattr("orchestration.notify.post", lambda _, text: posted.append(text))
    if fault is not None:
        monkeypatch.setattr("orchestration.run.refresh", Mock(side_effect=fault))
    done = CliRunner().invoke(app, ["run", "--config", str(toml)])
    assert done.exit_code == 1
    assert len(posted) == 1 and said in posted[0]
