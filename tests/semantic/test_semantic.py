"""The published KPIs as MetricFlow answers them: a metric per KPI, view, member and basis, equal to kpi_values.

`mf` comes with the extra `metricflow`, which is not installed by default: docs/reading-the-marts.md says how.
"""

import csv
import importlib.util
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from typer.testing import CliRunner

from orchestration import cli
from orchestration.atomic import write_json
from orchestration.publish import MARTS_FILE
from orchestration.semantic import write_project
from tests.support import Built, sample_config

needs_metricflow = pytest.mark.skipif(
    importlib.util.find_spec("dbt_metricflow") is None,
    reason="MetricFlow (the extra `metricflow`) is not installed: see docs/reading-the-marts.md",
)


@pytest.fixture(scope="module")
def project(conflicted: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of a company whose current version holds the marts that it reads."""
    root = tmp_path_factory.mktemp("semantic")
    config = sample_config(root)
    version = config.published_dir / "versions" / "1"
    version.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{conflicted.warehouse}' AS w (READ_ONLY)")
        connection.execute(f"ATTACH '{version / MARTS_FILE}' AS p")
        connection.execute("CREATE SCHEMA p.marts")
        for mart in ("calendar", "kpi_catalogue", "kpi_rows", "kpi_values"):
            connection.execute(f"CREATE TABLE p.marts.{mart} AS FROM w.marts.{mart}")
    write_json({"version": "1"}, version / "manifest.json")
    (config.published_dir / "current").symlink_to(version)
    assert write_project(config, root / "project") == len(metrics_of(root / "project"))
    return root / "project"


def metrics_of(project: Path) -> list[dict[str, Any]]:
    """The metrics that are KPIs."""
    text = (project / "models" / "semantic.yml").read_text(encoding="utf-8")
    return [metric for metric in yaml.safe_load(text)["metrics"] if "config" in metric]


def place(metric: dict[str, Any]) -> tuple[str, ...]:
    meta = metric["config"]["meta"]
    return tuple(meta[key] for key in ("kpi_code", "view", "member", "basis", "statistic"))


def test_every_series_that_rows_can_tell_is_a_metric(conflicted: Built, project: Path) -> None:
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as connection:
        series = connection.execute("""
            SELECT DISTINCT kpi_code, view, member, basis, statistic FROM marts.kpi_values
            WHERE basis IN ('flow', 'cohort', 'period', 'duration', 'distinct')
        """).fetchall()
    metrics = metrics_of(project)
    assert {place(metric) for metric in metrics} == set(series)
    names = [metric["name"] for metric in metrics]
    assert len(set(names)) == len(names) == len({metric["label"] for metric in metrics})
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*[a-z0-9]", name) and "__" not in name for name in names)


@pytest.mark.parametrize("name", ["shop", "tasuki", "tasuki_semantic_2"])
def test_another_dbt_project_is_not_overwritten(tmp_path: Path, name: str) -> None:
    company = sample_config(tmp_path)
    theirs = tmp_path / "theirs" / "dbt_project.yml"
    theirs.parent.mkdir()
    arguments = ["semantic", str(theirs.parent), "--config", str(company.path)]
    theirs.write_text(f"name: {name}\n", encoding="utf-8")
    refused = CliRunner().invoke(cli.app, arguments)
    assert refused.exit_code == cli.WRONG_USE
    assert "is of another project than tasuki_semantic; name another folder" in refused.output
    assert [path.name for path in theirs.parent.iterdir()] == ["dbt_project.yml"]
    theirs.write_text("name: 'tasuki_semantic'\n", encoding="utf-8")
    assert "nothing is published yet" in CliRunner().invoke(cli.app, arguments).output


def mf(project: Path, *args: str) -> subprocess.CompletedProcess[str]:
    folder = Path(sys.executable).parent
    env = {**os.environ, "DBT_PROFILES_DIR": ".", "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(args, cwd=project, env=env, capture_output=True, text=True, check=True)


def answers(project: Path, names: tuple[str, ...], group_by: str) -> Iterator[tuple[str, tuple[str, ...], float]]:
    """(metric, group, value) of every cell that is not empty."""
    file = project / "answer.csv"
    mf(project, "mf", "query", "--metrics", ",".join(names), "--group-by", group_by, "--csv", str(file))
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            group = tuple(row[column] for column in row if column not in names)
            for name in names:
                if row[name] and row[name] != "inf":
                    yield name, group, float(row[name])


@needs_metricflow
@pytest.mark.parametrize(
    ("grain", "group_by", "segment"),
    [
        ("month", "metric_time__month", "all"),
        ("fiscal_quarter", "metric_time__fiscal_quarter", "all"),
        ("month", "metric_time__month,kpi_row__channel", "channel"),
    ],
)
def test_mf_answers_what_kpi_values_says(
    conflicted: Built, project: Path, grain: str, group_by: str, segment: str
) -> None:
    if not (project / "target" / "semantic_manifest.json").exists():
        mf(project, "dbt", "parse")
    metrics = {metric["name"]: place(metric) for metric in metrics_of(project)}
    found: dict[tuple[object, ...], float] = {}
    listed = list(metrics)
    for at in range(0, len(listed), 24):
        names = tuple(listed[at : at + 24])
        for name, (start, *rest), value in answers(project, names, group_by):
            found[(*metrics[name], date.fromisoformat(start[:10]), *(rest or ["all"]))] = pytest.approx(value)
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT kpi_code, view, member, basis, statistic, period_start, segment_value, value FROM marts.kpi_values
            WHERE basis IN ('flow', 'cohort', 'period', 'duration', 'distinct') AND grain = ? AND segment = ?
                AND value IS NOT NULL AND n > 0
            """,
            [grain, segment],
        ).fetchall()
    wanted = {tuple(row[:-1]): row[-1] for row in rows}
    assert len(wanted) > 500
    assert {
        key: (found.get(key), wanted.get(key))
        for key in found.keys() | wanted.keys()
        if found.get(key) != wanted.get(key)
    } == {}
