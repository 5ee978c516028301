"""The floor is honest: over one small company it makes what the warehouse makes, row by row."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from benchmarks import stage
from benchmarks.bench import Company, Log
from benchmarks.compare import ABOVE_THE_FLOOR, compare
from benchmarks.floor import run_floor, run_kpi_floor
from benchmarks.measure import StageFailed, measure
from benchmarks.readers import measure_readers
from benchmarks.rules import COMPILED, growth, measure_rules
from orchestration.config import load_config
from tests.support import Builder, Built


def test_the_floor_makes_the_marts(builder: Builder, conflicted: Built, tmp_path: Path) -> None:
    floor = tmp_path / "floor.duckdb"
    assert builder.seeds is not None
    run_floor(conflicted.config.landing_dir, builder.seeds, conflicted.as_of, floor, activities=True)

    found = compare(conflicted.warehouse, floor)

    with duckdb.connect(str(conflicted.warehouse), read_only=True) as con:
        listing = "select table_name from information_schema.tables where table_schema in ('marts', 'restricted')"
        marts = {table for (table,) in con.execute(listing).fetchall()}
    assert {one.table for one in found} == {mart for mart in marts if not mart.startswith(ABOVE_THE_FLOOR)}
    assert [one for one in found if one.only_warehouse or one.only_floor] == []
    assert all(one.rows for one in found)

    with duckdb.connect(str(floor)) as con:
        con.execute("insert into marts.handoffs from marts.handoffs limit 1")
        one_lead = "select min(lead_id) from marts.leads where mql_at is not null"
        con.execute(f"update marts.leads set mql_at = mql_at + interval 1 second where lead_id = ({one_lead})")  # noqa: S608
    seen = {one.table: (one.only_warehouse, one.only_floor) for one in compare(conflicted.warehouse, floor)}
    assert {table: counts for table, counts in seen.items() if any(counts)} == {"handoffs": (0, 1), "leads": (1, 1)}


def test_the_floor_makes_kpi_values(conflicted: Built, tmp_path: Path) -> None:
    floor = tmp_path / "kpi_floor.duckdb"
    run_kpi_floor(conflicted.warehouse, floor)

    (found,) = compare(conflicted.warehouse, floor, "kpi_values")

    assert found.rows
    assert (found.only_warehouse, found.only_floor) == (0, 0), found.example
    with duckdb.connect(str(floor)) as con:
        con.execute("delete from marts.kpi_values where segment = 'region' and basis = 'stock'")
    (found,) = compare(conflicted.warehouse, floor, "kpi_values")
    assert found.only_warehouse and not found.only_floor


def test_readers_are_measured(conflicted: Built) -> None:
    waits = measure_readers(conflicted.warehouse, readers=2, queries=5)
    assert waits.queries == 10
    assert 0 < waits.median <= waits.p95 <= waits.longest


def test_each_rule_is_timed_alone(conflicted: Built, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no compiled rule"):
        measure_rules(conflicted.warehouse, tmp_path)
    folder = tmp_path / COMPILED
    folder.mkdir(parents=True)
    (folder / "b01_dear.sql").write_text("select sum(a.range) from range(3000) as a, range(3000) as b")
    (folder / "b02_cheap.sql").write_text("select 1")
    (folder / "not_a_rule.sql").write_text("select")
    costs = measure_rules(conflicted.warehouse, tmp_path)
    assert list(costs) == ["B01", "B02"]
    assert costs["B01"] > costs["B02"]


def test_growth_is_told_a_person(tmp_path: Path) -> None:
    def result(people: int, rules: dict[str, float], activities: int = 50) -> dict[str, Any]:
        return {"people": people, "activities": activities, "rules": rules}

    now = result(1000, {"A01": 1.0, "A02": 10.0, "A03": 0.01})
    assert growth(now, tmp_path) is None
    for one in (
        result(100, {"A01": 0.1, "A02": 0.1, "A03": 0.0}),
        result(10, {"A01": 9.0}),
        result(200, {}, activities=5),
    ):
        (tmp_path / f"{one['people']}.json").write_text(json.dumps(one))
    assert growth(now, tmp_path) == (100, [("A02", pytest.approx(10.0)), ("A01", pytest.approx(1.0))])


def test_a_company_is_made_ready_for_dbt(tmp_path: Path) -> None:
    company = Company(tmp_path / "company", Log())
    company.simulate(20, 4, drops=1, parquet=True)
    stage.land(load_config(company.config))
    company.prepare()
    seeds = Path(company.settings["seeds"])
    try:
        assert company.settings["as_of"] == "2026-03-31 15:00:00"
        assert company.settings["env"]["TASUKI_LANDING"] == str(company.folder / "home" / "landing")
        assert (seeds / "windows.csv").is_file()
    finally:
        shutil.rmtree(seeds)


def test_a_stage_is_measured_with_its_children(tmp_path: Path) -> None:
    busy = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'bytearray(200_000_000); sum(range(10**7))'])"
    cost = measure([sys.executable, "-c", busy], tmp_path / "log")
    assert cost.cpu > 0.05
    assert cost.peak_mib > 150


def test_a_failed_stage_says_why(tmp_path: Path) -> None:
    with pytest.raises(StageFailed, match="no such thing"):
        measure([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path / "log")
