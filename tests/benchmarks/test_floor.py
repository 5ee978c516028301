"""The floor is honest: over one small company it makes what the warehouse makes, row by row."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import stage
from benchmarks.bench import BIN, DBT_DIR, NO_TESTS, Company, Log
from benchmarks.compare import compare
from benchmarks.floor import run_floor
from benchmarks.measure import StageFailed, measure
from orchestration.config import load_config


def test_the_floor_makes_the_marts(tmp_path: Path) -> None:
    company = Company(tmp_path / "company", Log())
    company.simulate(600, 4, drops=1, parquet=True)
    stage.land(load_config(company.config))
    company.prepare()
    done = subprocess.run(
        [BIN / "dbt", "--quiet", "build", *NO_TESTS, "--profiles-dir", ".", "--vars", company.settings["vars"]],
        cwd=DBT_DIR,
        env={**os.environ, **company.settings["env"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    landing, seeds = tmp_path / "company" / "home" / "landing", Path(company.settings["seeds"])
    run_floor(landing, seeds, company.settings["as_of"], company.floor_file, activities=True)

    found = compare(Path(company.settings["warehouse"]), company.floor_file)

    assert {"leads", "handoffs", "kpi_values", "relay_ledger", "identity_edges"} <= {one.table for one in found}
    assert [one for one in found if one.only_warehouse or one.only_floor] == []
    assert all(one.rows for one in found)


def test_a_stage_is_measured_with_its_children(tmp_path: Path) -> None:
    busy = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'bytearray(200_000_000); sum(range(10**7))'])"
    cost = measure([sys.executable, "-c", busy], tmp_path / "log")
    assert cost.cpu > 0.05
    assert cost.peak_mib > 150


def test_a_failed_stage_says_why(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="no such thing"):
        measure([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "log")
