"""The light commands, on marts made by hand: answers, errors of one line, exit codes."""

import csv
import errno
import gzip
import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.kept import KEPT_FILE, MANIFEST_FILE
from orchestration.lock import RunLock
from orchestration.progress import Report
from orchestration.publish import publish
from orchestration.status import why_run
from orchestration.warehouse import Workspace
from tests.conftest import Company
from tests.orchestration.conftest import audited_candidate, build, make_workspace


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Two versions published."""
    root = tmp_path_factory.mktemp("cli")
    workspace = make_workspace(root)
    for number in (3, 5):
        build(workspace, f"build-{number}", leads=number)
        audited_candidate(workspace, f"r{number}")
        publish(workspace)
    return Company(root)


def test_sql_as_table_csv_and_json(company: Company) -> None:
    assert "lead_id" in company.tasuki("sql", "select lead_id from marts.leads order by 1").out
    assert {"name": "leads"} in json.loads(company.tasuki("sql", "--json", "show tables").out)
    statement = """
        select lead_id, mql_at, date '2026-01-01' as on_day, 1.50 as amount, cast(2 as decimal(18, 2)) as whole,
            null as nothing, '=1+1,\"日本\"' as text, 'nan'::double as nan, [1, 2] as list
        from marts.leads order by 1 limit 1"""
    row = json.loads(company.tasuki("sql", "--json", statement).out)[0]
    assert row == {
        "lead_id": "l0",
        "mql_at": "2026-01-05T00:00:00",
        "on_day": "2026-01-01",
        "amount": 1.5,
        "whole": 2,
        "nothing": None,
        "text": '=1+1,"日本"',
        "nan": None,
        "list": [1, 2],
    }
    text = company.tasuki("sql", "--csv", statement).out
    assert text.startswith("\ufefflead_id,")
    assert next(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))["text"] == '\'=1+1,"日本"'  # data, never a formula
    assert company.tasuki("sql", "--json", "select 1 as one where false").out.split() == ["[", "]"]
    big = "select 12345678901234567890.12::decimal(30, 2) as yen, {'a': 0.10::decimal(5, 2)} as inner"
    assert '{"yen": 12345678901234567890.12, "inner": {"a": 0.10}}' in company.tasuki("sql", "--json", big).out
    twice = company.tasuki("sql", "--json", "select 1 as a, 2 as a")
    assert twice.code == 2 and "two columns are named a" in twice.err and twice.out == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋"])  # noqa: RUF001
def test_csv_holds_no_formula(company: Company, start: str) -> None:
    """Not in a cell, not in a header; a number keeps its sign."""
    text = start + "1"
    done = CliRunner().invoke(
        app, ["sql", "--csv", f"select '{text}' as a, -1 as \"{text}\"", "--config", str(company.toml)]
    )
    header, row = csv.reader(io.StringIO(done.stdout.lstrip("\ufeff"), newline=""))
    assert header == ["a", f"'{text}"] and row == [f"'{text}", "-1"]


def test_text_from_exports_does_not_steer_the_terminal(company: Company) -> None:
    shown = company.tasuki(
        "sql", "select 'a' || chr(27) || '[2J' || chr(155) || '東京　' || chr(7) as \"b\u001b[1m\""
    ).out
    assert "a␛[2J�東京　␇" in shown and "b␛[1m" in shown
    assert not {"\x1b", "\x9b", "\x07"} & set(shown)


def test_a_current_version_that_was_removed_is_told(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    audited_candidate(workspace, "r1")
    version = publish(workspace)["version"]
    shutil.rmtree(workspace.config.published_dir / "versions" / version)
    args = ["sql", "select 1", "--config", str(workspace.config.path)]
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 2 and "nothing is published" in done.stderr
    assert why_run(workspace.config) == "nothing is published yet"
    audited_candidate(workspace, "r2")
    publish(workspace)
    (workspace.config.published_dir / "current" / "tasuki.duckdb").write_bytes(b"damaged")
    done = CliRunner().invoke(app, args)
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 1
    assert "its tasuki.duckdb is not as it was published; run: tasuki run --config" in done.stderr


def test_damaged_and_missing_parts_of_versions_are_told_with_what_to_do(tmp_path: Path) -> None:
    """Each in one line, with a command that can be pasted where the path holds a space."""
    root = tmp_path / "a company"
    root.mkdir()
    workspace = make_workspace(root)
    made = []
    for number in (1, 2, 3):
        audited_candidate(workspace, f"r{number}")
        made.append(publish(workspace)["version"])
    kept, config = workspace.config.published_dir / "versions", f"--config '{workspace.config.path}'"

    def tasuki(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, [*args, "--config", str(workspace.config.path)])
        assert done.exception is None or isinstance(done.exception, SystemExit)
        assert len(done.stderr.strip().splitlines()) <= 1
        return done.exit_code, done.stderr

    (kept / made[0] / "manifest.json").write_text('{"as_of": "2026', encoding="utf-8")
    told = f"{kept / made[0]} is damaged: its manifest.json cannot be read; remove it: rm -r '{kept / made[0]}'\n"
    assert tasuki("versions") == (0, told)
    assert tasuki("rollback", made[0]) == (2, told)
    os.truncate(kept / made[1] / "parquet" / "leads.parquet", 40)
    told = f"{kept / made[1]} is damaged: its leads.parquet is not as it was published; remove it: rm -r '{kept / made[1]}'\n"
    assert tasuki("rollback", made[1]) == (2, told)
    shutil.copyfile(kept / made[2] / "parquet" / "leads.parquet", kept / made[1] / "parquet" / "leads.parquet")
    (kept / made[2] / "tasuki.duckdb").unlink()
    code, said = tasuki("sql", "select 1")
    assert code == 2 and "the current version is damaged: its tasuki.duckdb is gone; run: tasuki run " in said
    assert f", or tasuki rollback {made[1]} {config}" in said
    shutil.rmtree(kept / made[0])
    shutil.rmtree(kept / made[2])
    for command in (["sql", "select 1"], ["versions"]):
        code, said = tasuki(*command)
        assert f"the current version's folder is gone from {kept}; run: tasuki rollback {made[1]} {config}" in said
    assert tasuki("rollback", made[1])[0] == 0 and tasuki("sql", "select 1")[0] == 0
    (kept / made[1] / "manifest.json").write_text("", encoding="utf-8")
    code, said = tasuki("versions")
    assert code == 1 and f"cannot be read; publish anew: tasuki run {config}" in said


@pytest.mark.parametrize("left", [0, 40])
@pytest.mark.parametrize("name", [KEPT_FILE, MANIFEST_FILE])
def test_a_preview_tells_that_what_it_compares_with_is_damaged(tmp_path: Path, name: str, left: int) -> None:
    workspace = make_workspace(tmp_path)
    audited_candidate(workspace, "r1")
    publish(workspace)
    folder = workspace.config.restricted_dir / "current"
    duckdb.connect(str(folder / KEPT_FILE)).close()
    (folder / MANIFEST_FILE).write_bytes(
        gzip.compress(json.dumps({"nodes": {}, "macros": {}, "metadata": "x" * 1000}).encode())
    )
    os.truncate(folder / name, left)
    done = CliRunner().invoke(app, ["preview", "--config", str(workspace.config.path)])
    assert done.exit_code == 1 and len(done.stderr.strip().splitlines()) == 1
    assert "is damaged; publish anew: tasuki run --full-refresh --config" in done.stderr


def test_the_environment_names_the_configuration(company: Company) -> None:
    done = CliRunner().invoke(app, ["sql", "select 6 * 7 as n"], env={"TASUKI_CONFIG": str(company.toml)})
    assert done.exit_code == 0 and "42" in done.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "select 1; select 2",
        "",
        "selec",
        "select * from marts.nothing",
        "drop table marts.leads",
        "select * from read_csv('tasuki.toml')",
        "copy (select 1) to 'out.csv'",
        "attach 'other.duckdb'",
        "set enable_external_access = true",
        "install httpfs",
        "create temp table t as select 1",
        "begin",
        "use memory",
        "attach ':memory:' as other",
        "call pragma_version()",
    ],
)
def test_sql_that_may_not_be_is_one_line(company: Company, statement: str) -> None:
    done = CliRunner().invoke(app, ["sql", statement, "--config", str(company.toml)])
    assert done.exit_code == 2
    assert done.stdout == "" and len(done.stderr.strip().splitlines()) == 1
    assert not (company.root / "out.csv").exists()


def test_versions_and_rollback(company: Company) -> None:
    listed = company.tasuki("versions").out.splitlines()[1:]
    ids = [found[0] for line in listed if (found := re.findall(r"\d{8}T\d{9}Z-[0-9a-f]{8}", line))]
    assert len(ids) == 2 and listed[0].startswith("current")
    count = "select count(*) as n from marts.leads"
    assert company.sql(count) == [{"n": 5}]
    assert company.tasuki("rollback", ids[1]).code == 0
    assert company.sql(count) == [{"n": 3}]
    wrong = company.tasuki("rollback", "nothing")
    assert wrong.code == 2 and "is not kept" in wrong.err
    with RunLock(Workspace(company.config).lock):
        busy = company.tasuki("rollback", ids[0])
    assert busy.code == 75 and "another run is active: process" in busy.err
    assert company.tasuki("rollback", ids[0]).code == 0


def test_versions_are_whole_on_a_common_terminal(company: Company) -> None:
    reader, terminal = os.openpty()
    command = [sys.executable, "-m", "orchestration.cli", "versions", "--config", str(company.toml)]
    subprocess.run(command, stdout=terminal, env={**os.environ, "COLUMNS": "80"}, check=True)
    os.close(terminal)
    shown = os.read(reader, 100_000).decode()
    os.close(reader)
    for folder in (company.config.published_dir / "versions").iterdir():
        assert folder.name in shown


@pytest.mark.parametrize("text", ["2026-03-31", "20260331", "2026-03-31T23:59:59", "2026-03-31 14:59:59Z"])
def test_as_of_a_date_is_the_end_of_that_day(company: Company, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr("orchestration.cli._run", lambda config, *, as_of, full_refresh: asked.append(as_of))
    CliRunner().invoke(app, ["run", "--as-of", text, "--config", str(company.toml)])
    assert asked == ["2026-03-31 14:59:59"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["run", "--as-of", "soon"], "--as-of soon"),
        (["run", "--as-of", ""], "--as-of : write a date"),
        (["run", "--as-of", "0001-01-01T00:00:00"], "--as-of 0001-01-01T00:00:00: write a date"),
        (["run", "--as-of", "1899-12-31"], "--as-of 1899-12-31: write a date"),
        (["backfill", "--from", "2026-02-01", "--to", "2026-01-01"], "is after"),
        (["backfill", "--from", "x", "--to", "2026-01-01"], "write a day"),
        (["simulate", "--conflicts", "some"], "default or none"),
        (["sql", "--csv", "--json", "select 1"], "choose one"),
    ],
)
def test_wrong_use_is_told_in_one_line(company: Company, args: list[str], message: str) -> None:
    done = CliRunner().invoke(app, [*args, "--config", str(company.toml)])
    assert done.exit_code == 2 and message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("args", [["sql", "--csv", "select 1"], ["mismatches", "--csv"]])
def test_a_reader_that_has_had_enough_is_no_failure(company: Company, args: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "orchestration.cli", *args, "--config", str(company.toml)]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_a_closed_output_takes_nothing(company: Company, closed: str) -> None:
    command = [sys.executable, "-m", "orchestration.cli", "mismatches", "--config", str(company.toml)]
    done = subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *command], capture_output=True, text=True)
    assert "Traceback" not in done.stderr and done.returncode in (0, 2), done.stderr


def test_a_run_goes_on_when_nobody_reads_its_progress() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    report = Report(os.fdopen(writer, "w"))
    report.line("one")
    report.line("two")
    assert report.out is None


@pytest.mark.parametrize(
    "args",
    [["run"], ["rollback", "v"], ["preview"], ["versions"], ["sql", "select 1"], ["dagster-home"], ["simulate"]],
    ids=lambda args: args[0],
)
@pytest.mark.parametrize("kind", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_the_file_system_refuses_is_told_in_one_line(
    company: Company, args: list[str], kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(company.root / "some.file")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(kind, os.strerror(kind), path)

    for used in (
        "orchestration.lock.RunLock.__enter__",
        "orchestration.preview._kept",
        "orchestration.publish.versions",
        "orchestration.query.run_query",
        "orchestration.run.dagster_home",
        "orchestration.simulation.simulate",
    ):
        monkeypatch.setattr(used, refuse)
    monkeypatch.setattr("orchestration.preview.KEPT_FILE", "")
    done = CliRunner().invoke(app, [*args, "--config", str(company.toml)])
    assert done.exit_code == 1 and done.exception is not None and isinstance(done.exception, SystemExit)
    assert f"{path} cannot be written: {os.strerror(kind)}; " in done.stderr and "run again" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_folder_in_the_way_is_told(company: Company, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = company.tasuki("simulate", "--out", str(tmp_path / "file" / "sample"))
    assert done.code == 1 and f"{tmp_path / 'file'}" in done.err and "cannot be used: Not a directory" in done.err
    assert len(done.err.strip().splitlines()) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a file that is always full")
def test_a_full_output_is_told(company: Company) -> None:
    command = [sys.executable, "-m", "orchestration.cli", "sql", "select 1", "--config", str(company.toml)]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        told = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert told.returncode == 1 and len(told.stderr.strip().splitlines()) == 1
    assert "the output, or a file below" in told.stderr and "make room and run again" in told.stderr


def test_a_full_disk_that_names_no_file_is_told_with_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("orchestration.simulation.simulate", full)
    done = CliRunner().invoke(app, ["simulate", "--out", str(tmp_path / "sample")])
    assert done.exit_code == 1 and f"a file below {tmp_path / 'sample'}, cannot be written: No space" in done.stderr


def test_a_fault_of_the_program_is_not_hidden(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = OSError("no path, no reason")

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("orchestration.publish.versions", fail)
    assert CliRunner().invoke(app, ["versions", "--config", str(company.toml)]).exception is fault


def test_a_missing_configuration_and_an_empty_company_are_told(tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["run", "--config", str(tmp_path / "no.toml")])
    assert missing.exit_code == 2 and "there is no such file" in missing.stderr
    (tmp_path / "exports").mkdir()
    toml = tmp_path / "tasuki.toml"
    toml.write_text('[company]\nname = "x"\nseeds = "seeds"\n[systems.generic]\nfolder = "exports"\n', encoding="utf-8")
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "wnidows.csv").write_text("a\n", encoding="utf-8")
    overlay = CliRunner().invoke(app, ["run", "--config", str(toml)])
    assert overlay.exit_code == 1 and "wnidows.csv, which is no seed of the project" in overlay.stderr
    nothing = CliRunner().invoke(app, ["sql", "select 1", "--config", str(toml)])
    assert nothing.exit_code == 2 and "nothing is published yet" in nothing.stderr


def test_light_commands_load_no_heavy_library(company: Company) -> None:
    code = (
        "import sys; from orchestration.cli import app; "
        f"app(['versions', '--config', {str(company.toml)!r}], standalone_mode=False); "
        "print([m for m in ('dagster', 'dbt', 'great_expectations', 'pandas') if m in sys.modules])"
    )
    began = time.process_time()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert time.process_time() - began < 5
