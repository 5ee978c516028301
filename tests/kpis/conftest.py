"""Subjects made by hand, put through the SQL of the KPI layer by dbt: one build for all tests of this folder."""

from pathlib import Path

import duckdb
import pytest

from tests.kpis.subjects import AS_OF, Subject, random_subjects, worked_example
from tests.support import Builder, Built, sample_config

MODELS = (
    "kpi_calendar kpi_days numbered_series numbered_segments kpi_entries kpi_sums kpi_values_sums kpi_values_duration kpi_values_stock "
    "kpi_values_start_cohort kpi_values_distinct kpi_values_numbered kpi_values_base kpi_targets kpi_values con_calendar holidays business_hours targets run_parameters"
)

VALUE_COLUMNS = """
    kpi_code VARCHAR, definition_version INTEGER, view VARCHAR, basis VARCHAR, member VARCHAR, grain VARCHAR, period_start DATE,
    segment VARCHAR, segment_value VARCHAR, statistic VARCHAR, numerator DECIMAL(28, 2), denominator DECIMAL(28, 2), value DOUBLE,
    n BIGINT, censored_cnt BIGINT, is_mature BOOLEAN
"""


@pytest.fixture(scope="session")
def subjects() -> list[Subject]:
    """Twelve random companies, each a `view` of its own, and the worked example."""
    return [subject for seed in range(12) for subject in random_subjects(seed)] + worked_example()


@pytest.fixture(scope="session")
def values(builder: Builder, subjects: list[Subject], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with kpi_values of the subjects."""
    root = tmp_path_factory.mktemp("kpis")
    sample_config(root)
    company = Built(root)
    company.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(company.warehouse)) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute("CREATE SCHEMA kpis")
        columns = ", ".join(f"{name} {kind}" for name, kind in Subject.TYPES.items())
        connection.execute(f"CREATE TABLE marts.kpi_rows ({columns})")
        connection.executemany(
            f"INSERT INTO marts.kpi_rows VALUES ({', '.join('?' * len(Subject.TYPES))})",
            [subject.row() for subject in subjects],
        )
        for empty in ("kpi_values_derived", "kpi_values_idle"):
            connection.execute(f"CREATE TABLE kpis.{empty} ({VALUE_COLUMNS})")
    builder.build(company, select=MODELS, as_of=AS_OF)
    return company.warehouse
