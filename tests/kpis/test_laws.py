"""The laws of published KPIs on whole simulated companies: raw exports to values, rows and bridge."""

# ruff: noqa: S608

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import duckdb
import pytest

from tests.kpis.laws import OF_COMPANIES, OF_VALUES, broken, seen
from tests.support import Builder, Built, land, simulated

LAWS = OF_VALUES | OF_COMPANIES


def copied(warehouse: Path, segments: list[str]) -> duckdb.DuckDBPyConnection:
    """What the laws read of a company, in memory, with these segments of all."""
    connection = duckdb.connect()
    connection.execute(f"ATTACH '{warehouse}' AS w (READ_ONLY)")
    kept = "', '".join(["all", *segments])
    for mart in ("kpi_values", "kpi_bridge"):
        connection.execute(f"CREATE TABLE {mart} AS FROM w.marts.{mart} WHERE segment IN ('{kept}')")
    connection.execute("CREATE TABLE kpi_rows AS FROM w.marts.kpi_rows")
    connection.execute("SET VARIABLE segments = ?", [segments])
    return connection


@pytest.fixture(scope="module")
def copy(conflicted: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """One segment beside the total: the others are added up by the same rule, and read in the long proof."""
    with copied(conflicted.warehouse, ["channel"]) as connection:
        yield connection


@pytest.mark.parametrize("law", LAWS)
def test_law_holds(copy: duckdb.DuckDBPyConnection, law: str) -> None:
    assert broken(copy, LAWS[law][0]) == []


@pytest.mark.parametrize("law", OF_COMPANIES)
def test_law_can_fail(copy: duckdb.DuckDBPyConnection, law: str) -> None:
    """Those of values alone are seen to fail on subjects made by hand, in test_kpi_values."""
    assert [fault for fault in OF_COMPANIES[law][1:] if not seen(copy, OF_COMPANIES[law][0], fault)] == []


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(31, 36))
def test_laws_of_random_companies(builder: Builder, seed: int) -> None:
    """The size and the conflicts follow from the seed."""
    chance = random.Random(seed)
    conflicts: Literal["default", "none"] = "none" if chance.random() < 0.3 else "default"
    company = simulated(builder.root / f"laws-{seed}", people=chance.randint(60, 900), seed=seed, conflicts=conflicts)
    land(company)
    builder.build(company)
    segments = ["channel", "campaign", "persona", "industry", "company_size", "owner", "region"]
    with copied(company.warehouse, segments) as connection:
        found = {law: rows for law, (sql, *_) in LAWS.items() if (rows := broken(connection, sql))}
    assert found == {}
