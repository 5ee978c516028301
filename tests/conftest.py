"""Companies that tests of several rooms look at."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from orchestration.config import Config, load_config
from orchestration.simulation import simulate
from orchestration.warehouse import Workspace
from tests.support import builder, clean, conflicted

__all__ = ["builder", "clean", "conflicted"]

REPO = Path(__file__).resolve().parents[1]
SAMPLE_PEOPLE = 300
COMPANIES = ("sample_company", "conflicted")  # made once for tests of several files


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What builds companies takes longest and goes first."""
    items.sort(key=lambda item: not {"builder", *COMPANIES} & set(getattr(item, "fixturenames", [])))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """The tests of a file, and the files that name one company, go to one worker: what they share is made once."""
    return OneCompanyOneWorker(config, log)


class OneCompanyOneWorker(LoadScopeScheduling):
    """Hands out files and companies. The group marks of xdist 3.8 have no effect under pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((name for name in COMPANIES if f"{name}: " in text_of(file)), file)


@cache
def text_of(file: str) -> str:
    """A test file, named from the repository."""
    return (REPO / file).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Command:
    """What a command of the command line said."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Company:
    """A company in a folder of its own, driven by the command line in a process of its own."""

    root: Path

    @property
    def toml(self) -> Path:
        """Its configuration."""
        return self.root / "tasuki.toml"

    @property
    def config(self) -> Config:
        """Its configuration, checked."""
        return load_config(self.toml)

    @property
    def marts(self) -> Path:
        """The file that readers open."""
        return self.config.published_dir / "current" / "tasuki.duckdb"

    def tasuki(self, *args: str) -> Command:
        """Run one command with this company's --config."""
        command = [sys.executable, "-m", "orchestration.cli", *args, "--config", str(self.toml)]
        env = {**os.environ, "PYTHONPATH": str(REPO)}
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, encoding="utf-8")
        return Command(done.returncode, done.stdout, done.stderr)

    def close(self) -> None:
        """Remove its merged seeds from the dbt project's folder."""
        shutil.rmtree(Workspace(self.config).seeds, ignore_errors=True)

    def sql(self, statement: str) -> list[dict[str, Any]]:
        """The answer to a statement on the published marts."""
        done = self.tasuki("sql", "--json", statement)
        assert done.code == 0, done.err
        answer: list[dict[str, Any]] = json.loads(done.out)
        return answer


@pytest.fixture(scope="session")
def sample_company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A small simulated company with conflicts: landed, built, checked and published once, by `tasuki run`.

    Its exports are below var/sample/exports, its answer key is var/sample/answer_key. Tests only look at it.
    """
    company = Company(tmp_path_factory.mktemp("sample"))
    company.toml.write_text((REPO / "tasuki.toml").read_text(encoding="utf-8"), encoding="utf-8")
    simulate(company.root / "var" / "sample", people=SAMPLE_PEOPLE, seed=1)
    done = company.tasuki("run")
    (company.root / "run.txt").write_text(done.out + done.err, encoding="utf-8")
    assert done.code == 0, done.err
    yield company
    company.close()
