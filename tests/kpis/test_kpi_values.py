"""kpi_values of random companies: equal to a count by hand, true to the laws of each kind, and each law seen to be able to fail."""

# ruff: noqa: S608

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.config import Segment
from tests.kpis.laws import OF_VALUES, broken, seen
from tests.kpis.subjects import SEGMENTS, Subject, expected_values
from tests.support import rows_of_data_test


@pytest.fixture
def copy(values: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """kpi_values in memory, to be spoilt."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{values}' AS warehouse (READ_ONLY)")
        connection.execute("CREATE TABLE kpi_values AS SELECT * FROM warehouse.marts.kpi_values WHERE view <> 'worked'")
        connection.execute("SET VARIABLE segments = ?", [list(SEGMENTS)])
        yield connection


def test_equal_to_a_count_by_hand(values: Path, subjects: list[Subject]) -> None:
    with duckdb.connect(str(values), read_only=True) as connection:
        rows = connection.execute("""
            SELECT kpi_code, view, basis, grain, period_start, segment, segment_value, statistic, numerator, denominator, n, censored_cnt, value
            FROM marts.kpi_values
        """).fetchall()
    ours = {row[:8]: (*row[8:12], None if row[12] is None else pytest.approx(row[12])) for row in rows}
    theirs = expected_values(subjects)
    assert len(ours) == len(rows)
    assert {basis for _, _, basis, *_ in theirs} == {
        "flow",
        "cohort",
        "period",
        "duration",
        "stock",
        "start_cohort",
        "distinct",
    }
    assert sorted(ours.keys() ^ theirs.keys()) == []
    assert {key: (ours[key], theirs[key]) for key in ours if ours[key] != theirs[key]} == {}


@pytest.mark.parametrize("law", OF_VALUES)
def test_law_holds_and_can_fail(copy: duckdb.DuckDBPyConnection, law: str) -> None:
    assert broken(copy, OF_VALUES[law][0]) == []
    assert [fault for fault in OF_VALUES[law][1:] if not seen(copy, OF_VALUES[law][0], fault)] == []


def test_distinct_does_not_add_up(copy: duckdb.DuckDBPyConnection) -> None:
    """Someone dated in two months is one person of the year."""
    months, years = (
        copy.execute(
            "SELECT sum(numerator) FROM kpi_values WHERE basis = 'distinct' AND segment = 'all' AND grain = ?", [grain]
        ).fetchall()[0][0]
        for grain in ("month", "fiscal_year")
    )
    assert years < months


def test_the_period_basis_misleads_and_the_cohort_does_not(values: Path) -> None:
    """The worked example: 7.5 % in the month of growth and 120 % in the month of decline, for a true 20 %."""
    with duckdb.connect(str(values), read_only=True) as connection:
        rows = connection.execute("""
            SELECT basis, period_start, value FROM marts.kpi_values
            WHERE view = 'worked' AND grain = 'month' AND segment = 'all' AND period_start IN ('2025-07-01', '2025-08-01') ORDER BY ALL
        """).fetchall()
    assert rows == [
        ("cohort", date(2025, 7, 1), 0.2),
        ("cohort", date(2025, 8, 1), 0.2),
        ("period", date(2025, 7, 1), 0.075),
        ("period", date(2025, 8, 1), 1.2),
    ]


def test_previous_and_last_year(values: Path) -> None:
    """Each is the value of the same series, a period and a year before, and of no other."""
    with duckdb.connect(str(values), read_only=True) as connection:
        rows = connection.execute("""
            SELECT view, segment, segment_value, period_start, value, previous_value, last_year_value
            FROM marts.kpi_values WHERE basis = 'flow' AND grain = 'month'
        """).fetchall()
    known = {row[:4]: row[4] for row in rows}
    months = sorted({row[3] for row in rows})
    assert date(2025, 3, 1) in months and date(2026, 3, 1) in months
    for *series, start, _, previous, last_year in rows:
        month_before = date(start.year - (start.month == 1), (start.month - 2) % 12 + 1, 1)
        assert previous == known.get((*series, month_before))
        assert last_year == known.get((*series, start.replace(year=start.year - 1)))
    assert any(row[5] is not None for row in rows) and any(row[6] is not None for row in rows)


@pytest.mark.parametrize(
    "fault",
    [
        "INSERT INTO marts.kpi_rows BY NAME SELECT * REPLACE (NULL AS member) FROM marts.kpi_rows LIMIT 1",
        "INSERT INTO marts.kpi_rows BY NAME SELECT * REPLACE ('nowhere' AS region) FROM marts.kpi_rows LIMIT 1",
        "DELETE FROM marts.kpi_values WHERE segment = 'region'",
        "DELETE FROM kpis.numbered_series WHERE series_no = 1",
        "INSERT INTO kpis.kpi_values_derived BY NAME SELECT * REPLACE ('nowhere' AS segment_value) FROM kpis.kpi_values_base LIMIT 1",
    ],
)
def test_a_row_without_number_is_caught(values: Path, tmp_path: Path, fault: str) -> None:
    """Rows are joined to their numbers: one that has none must not be lost in silence."""
    spoilt = tmp_path / values.name  # views name the file
    shutil.copyfile(values, spoilt)

    with duckdb.connect(str(spoilt)) as connection:
        for model in ("kpi_entries", "kpi_values_numbered", "kpi_values_derived", "kpi_values_idle"):
            connection.execute(f"CREATE VIEW marts.{model} AS FROM kpis.{model}")
        assert rows_of_data_test(connection, "kpi_rows_and_values_are_all_numbered") == 0
        connection.execute(fault)
        assert rows_of_data_test(connection, "kpi_rows_and_values_are_all_numbered") > 0


def test_settings_and_models_know_the_same_segments() -> None:
    assert Segment.__args__ == tuple(SEGMENTS)  # type: ignore[attr-defined]
