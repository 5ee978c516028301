"""A run that is killed: the published version stays readable, the next run completes, no row is lost or doubled."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from orchestration.warehouse import registry_rows
from tests.conftest import REPO, Company
from tests.support import Builder, Built, land, mart_differences, sample_config, simulated, withhold

PROGRESS = re.compile(r"build    (\d+)/(\d+)")
TIMEOUT_SECONDS = 900.0


class Run:
    """A `tasuki run` in a process group of its own."""

    def __init__(self, company: Company) -> None:
        self._told = company.root / "killed.txt"
        with self._told.open("w", encoding="utf-8") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orchestration.cli", "run", "--config", str(company.toml)],
                cwd=company.root,
                env={**os.environ, "PYTHONPATH": str(REPO)},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def kill_when(self, is_time: Callable[[str], bool]) -> bool:
        """kill -9 the group as soon as `is_time`, given what the run has said. False where it ended before that."""
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not is_time(self._told.read_text(encoding="utf-8")):
            if self._process.poll() is not None:
                return False
            assert time.monotonic() < deadline
            time.sleep(0.02)
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        return True


@contextmanager
def reader(marts: Path) -> Iterator[list[str]]:
    """Reads the published version again and again meanwhile; the list gathers what went wrong."""
    errors: list[str] = []
    reads = 0
    stop = threading.Event()

    def read() -> None:
        nonlocal reads
        while not stop.is_set():
            try:
                with duckdb.connect(str(marts), read_only=True) as connection:
                    row = connection.execute(
                        "SELECT count(*) > 0 AND count(p.person_key) = count(l.person_key)"
                        " FROM marts.leads AS l LEFT JOIN marts.people AS p USING (person_key)"
                    ).fetchone()
                if row != (True,):
                    errors.append(f"leads without people: {row}")
                reads += 1
            except duckdb.Error as error:
                errors.append(str(error))
            time.sleep(0.05)

    thread = threading.Thread(target=read)
    thread.start()
    try:
        yield errors
    finally:
        stop.set()
        thread.join()
    assert reads > 0


def batches(company: Built | Company) -> list[tuple[object, ...]]:
    """Every batch of the registry, without the time and number it was landed with."""
    columns = (
        "system",
        "table_name",
        "source_file",
        "sha256",
        "extracted_at",
        "rows_in",
        "rows_landed",
        "rows_rejected",
    )
    return sorted(tuple(row[name] for name in columns) for row in registry_rows(company.config))


def assert_rows_are_as_registered(company: Company) -> None:
    """The landing zone holds exactly the registered batches, each with the rows that its registry entry counts."""
    for row in registry_rows(company.config):
        folder = company.config.landing_dir / row["system"] / row["table_name"]
        batch = duckdb.read_parquet(str(folder / f"{row['batch_id']}.parquet"))
        assert batch.count("*").fetchone() == (row["rows_landed"],)
    written = [
        path for path in company.config.landing_dir.glob("[!_]*/*/*.parquet") if path.name != "_declared.parquet"
    ]
    assert len(written) == len(registry_rows(company.config))
    assert not list(company.config.landing_dir.rglob("*.tmp"))


@pytest.mark.prove
def test_killed_twice(sample_company: Company, tmp_path: Path) -> None:
    """Everything is landed and built anew, while the version before stays published; killed while it lands and builds."""
    root = tmp_path / "company"
    forgotten = shutil.ignore_patterns("landing", "warehouse", "dagster", "logs")
    shutil.copytree(sample_company.root, root, symlinks=True, ignore=forgotten)
    company = Company(root)
    before = os.readlink(company.config.published_dir / "current")
    chance = random.Random(20260401)
    files, share = chance.randint(1, 12), chance.uniform(0.2, 0.8)

    def is_landing(_: str) -> bool:
        return len(list(company.config.landing_dir.glob("[!_]*/*/2*.parquet"))) >= files

    def is_building(told: str) -> bool:
        done = PROGRESS.findall(told)
        return bool(done) and int(done[-1][0]) >= share * int(done[-1][1])

    with reader(company.marts) as errors:
        for moment in (is_landing, is_building):
            assert Run(company).kill_when(moment), "it ended before its moment"
            assert os.readlink(company.config.published_dir / "current") == before
        # the version before is of the same batches: a plain run would find nothing to do
        done = company.tasuki("run", "--full-refresh")
    assert done.code == 0, done.err
    assert errors == []
    assert os.readlink(company.config.published_dir / "current") != before
    assert batches(company) == batches(sample_company)
    assert_rows_are_as_registered(company)
    assert mart_differences(company.marts, sample_company.marts) == {}


@pytest.mark.prove
def test_killed_at_ten_random_moments(builder: Builder) -> None:
    """Each day brings a drop and a run that is killed, then one that is not; at the end all is as if undisturbed."""
    built = simulated(builder.root / "killed", people=300, seed=4, drops=11)
    company, deliver = Company(built.root), withhold(built)
    deliver(1)
    assert company.tasuki("run").code == 0
    began = time.monotonic()
    assert company.tasuki("run", "--full-refresh").code == 0
    usual = time.monotonic() - began
    chance = random.Random(10)
    moments = []
    with reader(company.marts) as errors:
        for drop in range(2, 12):
            deliver(drop)
            delay = chance.uniform(0.5, 1.1 * usual)
            end = time.monotonic() + delay
            was_killed = Run(company).kill_when(lambda _, end=end: time.monotonic() >= end)  # type: ignore[misc]
            moments.append((round(delay, 1), was_killed))
            done = company.tasuki("run")
            assert done.code == 0, (moments, done.err)
    print(f"a run takes {usual:.0f} s; killed after (seconds, before its end): {moments}")
    assert errors == []
    assert sum(was_killed for _, was_killed in moments) >= 5
    undisturbed = Built(builder.root / "undisturbed")
    undisturbed.root.mkdir()
    sample_config(undisturbed.root)
    shutil.copytree(built.exports, undisturbed.exports, dirs_exist_ok=True)
    seeds = Path("var", "sample", "seeds")
    shutil.copytree(built.root / seeds, undisturbed.root / seeds, dirs_exist_ok=True)
    land(undisturbed)
    # marts of history are a function of the run ledger too: of what was published before the last version
    ledger = undisturbed.config.landing_dir / "_runs"
    shutil.copytree(company.config.landing_dir / "_runs", ledger, dirs_exist_ok=True)
    for record in ledger.rglob(f"{company.marts.parent.resolve().name}*"):
        record.unlink()
    builder.build(undisturbed)
    assert batches(company) == batches(undisturbed)
    assert_rows_are_as_registered(company)
    assert mart_differences(company.marts, undisturbed.warehouse) == {}
