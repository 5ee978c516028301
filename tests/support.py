"""Companies for proofs: simulated, landed, and built by dbt without its data tests, on one parsed project."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import duckdb
import jinja2
import pytest

from orchestration.config import Config, load_config
from orchestration.landing import FeedResult, land_all
from orchestration.simulation import SimulationSummary, simulate
from orchestration.simulation.seeds import FROZEN_SEEDS
from orchestration.warehouse import (
    DBT_DIR,
    Workspace,
    dbt_environment,
    dbt_vars,
    default_as_of,
    merge_seeds,
    registry_rows,
)
from tests.dbt_process import run_dbt

REPO = Path(__file__).resolve().parents[1]
SHARED_DATA = REPO.parent / "shared" / "data"
# Every other model is made anew by each build: only these carry something over from one build to the next.
INCREMENTAL = "+config.materialized:incremental"


@dataclass(frozen=True)
class Built:
    """A company's folder with its tasuki.toml, its exports and, where it was simulated, its answer key."""

    root: Path
    summary: SimulationSummary | None = None

    @property
    def config(self) -> Config:
        """Its configuration, checked."""
        return load_config(self.root / "tasuki.toml")

    @property
    def warehouse(self) -> Path:
        """The warehouse's DuckDB file. Its views lead to the company that its Builder built last: read tables."""
        return Workspace(self.config).warehouse

    @property
    def as_of(self) -> str:
        """Up to when it is built where nothing else is said."""
        return default_as_of(self.config, registry_rows(self.config))

    @property
    def exports(self) -> Path:
        """The folder that holds a folder of exports per system."""
        return self.root / "var" / "sample" / "exports"

    @property
    def answer_key(self) -> Path:
        """The folder of the answer key."""
        return self.root / "var" / "sample" / "answer_key"


class Builder:
    """Builds companies one after another with dbt alone: no data tests, no Dagster, no publishing.

    dbt parses its project again whenever a path in its environment changes. So every company is built behind the same
    link, and companies of equal settings are parsed once.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._slot = root / "slot"
        self.seeds: Path | None = None  # the merged seeds that the last build read

    def build(
        self,
        company: Built,
        *,
        select: str | None = None,
        full_refresh: bool = False,
        as_of: str | None = None,
        backfill: tuple[str, str] | None = None,
    ) -> None:
        """Seeds and models of a landed company, or those that `select` names; `backfill` is a first and last day.

        Raises AssertionError with dbt's words where one fails.
        """
        env = {}
        if backfill is not None:
            env = {"TASUKI_BACKFILL_FROM": backfill[0], "TASUKI_BACKFILL_TO": backfill[1]}
        args = ["build", "--exclude-resource-type", "test", "unit_test"]
        args += ["--select", select] if select else []
        args += ["--full-refresh"] if full_refresh else []
        self._dbt(company, args, as_of=as_of, env=env)
        assert not company.warehouse.with_name(company.warehouse.name + ".wal").exists(), "dbt left its file open"

    def unit_tests(self, company: Built) -> None:
        """The project's unit tests; dbt takes the columns of what they read from a built company's warehouse.

        Raises AssertionError with dbt's words where one fails.
        """
        self._dbt(company, ["test", "--select", "test_type:unit"])

    def _dbt(
        self, company: Built, args: list[str], *, as_of: str | None = None, env: Mapping[str, str] | None = None
    ) -> None:
        config = company.config
        config.warehouse_dir.mkdir(parents=True, exist_ok=True)
        link = self.root / ".slot"
        link.symlink_to(config.home_dir, target_is_directory=True)
        os.replace(link, self._slot)
        shared = Workspace(config.model_copy(update={"home_dir": self.root}))  # one folder of merged seeds for all
        merge_seeds(shared)
        self.seeds = shared.seeds
        settings = {**os.environ, **dbt_environment(shared, as_of or company.as_of)}
        settings |= {
            "TASUKI_LANDING": str(self._slot / config.landing_dir.relative_to(config.home_dir)),
            "TASUKI_WAREHOUSE": str(self._slot / company.warehouse.relative_to(config.home_dir)),
            "TASUKI_THREADS": "1",  # dbt's own work, not DuckDB's, takes the time: threads would only wait for each other
            "DBT_LOG_LEVEL_FILE": "none",
            "DBT_WRITE_JSON": "false",
            **(env or {}),
        }
        run_dbt(["--quiet", *args, "--profiles-dir", ".", "--vars", dbt_vars(config)], cwd=DBT_DIR, env=settings)

    def close(self) -> None:
        """Remove the merged seeds from the dbt project's folder."""
        if self.seeds is not None:
            shutil.rmtree(self.seeds, ignore_errors=True)


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Builder]:
    """One Builder for the session, so that its project is parsed once."""
    shared = Builder(tmp_path_factory.mktemp("builds"))
    yield shared
    shared.close()


@pytest.fixture(scope="session")
def conflicted(builder: Builder) -> Built:
    """A company with every kind of conflict, landed and built. Tests only look at it."""
    company = simulated(builder.root / "conflicted", people=600, seed=11)
    land(company)
    builder.build(company)
    return company


@pytest.fixture(scope="session")
def clean(builder: Builder) -> Built:
    """A company without conflicts, landed and built. Tests only look at it."""
    company = simulated(builder.root / "clean", people=600, seed=12, conflicts="none")
    land(company)
    builder.build(company)
    return company


def sample_config(root: Path, more: str = "") -> Config:
    """The sample company's tasuki.toml at `root`, and `more` at its end. The seeds that the answer key knows lie with its own."""
    text = (REPO / "tasuki.toml").read_text(encoding="utf-8")
    assert 'seeds = "var/sample/seeds"' in text
    shutil.copytree(FROZEN_SEEDS, root / "var" / "sample" / "seeds", dirs_exist_ok=True)
    (root / "tasuki.toml").write_text(text + more, encoding="utf-8")
    for system in ("hubspot", "salesforce", "cs"):
        (root / "var" / "sample" / "exports" / system).mkdir(parents=True, exist_ok=True)
    return load_config(root / "tasuki.toml")


def simulated(
    root: Path, *, people: int, seed: int, conflicts: Literal["default", "none"] = "default", drops: int = 1
) -> Built:
    """A company with exports and answer key, not yet landed."""
    root.mkdir(parents=True, exist_ok=True)
    sample_config(root)
    summary = simulate(root / "var" / "sample", people=people, seed=seed, conflicts=conflicts, drops=drops)
    company = Built(root, summary)
    settle(company.exports)
    return company


def withhold(company: Built) -> Callable[..., None]:
    """Take the exports away; the function returned brings the files of the n-th drop, counted from 1, of the systems named or all."""
    made = company.root / "made"
    company.exports.rename(made)
    for folder in made.iterdir():
        (company.exports / folder.name).mkdir(parents=True)
    moments = sorted({match[0] for path in made.rglob("*.*") if (match := re.search(r"\d{8}T\d{6}Z", path.name))})

    def deliver(drop: int, *systems: str) -> None:
        for path in made.rglob(f"*_{moments[drop - 1]}.*"):
            if not systems or path.relative_to(made).parts[0] in systems:
                shutil.copy2(path, company.exports / path.relative_to(made))

    return deliver


def settle(folder: Path) -> None:
    """Make the files a minute old: landing watches younger ones, which may still be being written."""
    old = time.time() - 60
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))


def land(company: Built) -> list[FeedResult]:
    """Land what is new. Raises AssertionError where a feed could not be landed."""
    results = land_all(company.config)
    errors = [result.error for result in results if result.error]
    assert not errors, "\n".join(errors)
    return results


def rows_of_data_test(connection: duckdb.DuckDBPyConnection, test: str, **macros: Any) -> int:
    """How many rows a dbt data test of the project finds in the connection's schema `marts`; `macros` are those it calls."""
    sql = (DBT_DIR / "tests" / f"{test}.sql").read_text(encoding="utf-8")
    text = jinja2.Environment(autoescape=False).from_string(sql)  # noqa: S701
    return len(connection.execute(text.render(ref="marts.{}".format, **macros)).fetchall())


def mart_differences(left: Path, right: Path) -> dict[str, int]:
    """Rows that one file's marts have and the other's have not, as multisets: mart -> how many; equal marts are absent.

    When a version was published and how its checks ended is not content.
    """
    con = duckdb.connect()
    con.execute(f"ATTACH '{left}' AS l (READ_ONLY); ATTACH '{right}' AS r (READ_ONLY)")
    listing = "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'marts' ORDER BY 1"
    tables = [[row[0] for row in con.execute(listing, [side]).fetchall()] for side in ("l", "r")]
    assert tables[0] == tables[1] and tables[0]
    found = {}
    for table in tables[0]:
        columns = "* EXCLUDE (published_at, failed_checks)" if table == "data_status" else "*"
        sides = [f"SELECT {columns} FROM {side}.marts.{table}" for side in ("l", "r")]  # noqa: S608
        row = con.execute(
            f"SELECT count(*) FROM (({sides[0]} EXCEPT ALL {sides[1]}) UNION ALL ({sides[1]} EXCEPT ALL {sides[0]}))"  # noqa: S608
        ).fetchone()
        if row is not None and row[0]:
            found[table] = int(row[0])
    return found
