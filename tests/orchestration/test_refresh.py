"""The whole way on the real project: what `tasuki run` published, and what it does when there is nothing to do."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import duckdb
import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from orchestration.defs.audit import CANDIDATE, PUBLISHED
from orchestration.defs.company import build_definitions
from orchestration.lock import RunLock
from orchestration.publish import current_version
from orchestration.warehouse import Workspace, batch_ids, registry_rows
from tests.conftest import REPO, Company

MARTS = {
    "accounts",
    "alignment_scores",
    "calendar",
    "data_status",
    "handed_over_leads",
    "handoffs",
    "identity_edges",
    "kpi_bridge",
    "kpi_bridge_reasons",
    "kpi_bridge_rows",
    "kpi_catalogue",
    "kpi_pairs",
    "kpi_restatement_rows",
    "kpi_restatements",
    "kpi_rows",
    "kpi_tree",
    "kpi_values",
    "kpi_values_redefined",
    "leads",
    "mismatch_rules",
    "mismatch_trend",
    "mismatches",
    "opportunities",
    "people",
    "relay_ledger",
    "stage_events",
}
EMPTY_AT_FIRST = {
    "kpi_restatement_rows",
    "kpi_restatements",
    "kpi_values_redefined",
}  # nothing was published or changed before
VIEWS = {"kpi_values_by_definition"}
GROUPS = {"land", "stage", "conform", "define", "relay", "measure", "marts", "publish"}


@pytest.fixture(scope="module")
def graph(sample_company: Company) -> Iterator[Any]:
    yield build_definitions(Workspace(sample_company.config)).resolve_asset_graph()


def test_every_mart_is_published_with_rows_twice(sample_company: Company) -> None:
    with duckdb.connect(str(sample_company.marts), read_only=True) as con:
        tables = {row[0] for row in con.execute("select table_name from information_schema.tables").fetchall()}
        assert tables == MARTS | VIEWS
        folder = sample_company.marts.parent / "parquet"
        for table in MARTS:
            counted = con.execute(f"select count(*) from marts.{table}").fetchone()  # noqa: S608
            copied = duckdb.read_parquet(str(folder / f"{table}.parquet")).count("*").fetchone()
            assert counted == copied and counted is not None, table
            assert (counted[0] > 0) is (table not in EMPTY_AT_FIRST), table
        undescribed = (
            "select table_name, column_name from duckdb_columns() where schema_name = 'marts' and comment is null"
        )
        assert con.execute(undescribed).fetchall() == []
        key = "select comment from duckdb_columns() where table_name = 'people' and column_name = 'person_key' and schema_name = 'marts'"
        assert con.execute(key).fetchone() == ("人物キー: Key of the person",)


def test_a_bi_client_reads_it(sample_company: Company) -> None:
    url = f"duckdb:///{sample_company.marts}"
    engine = sqlalchemy.create_engine(url, connect_args={"read_only": True}, poolclass=NullPool)
    assert "leads" in sqlalchemy.inspect(engine).get_table_names(schema="marts")
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("select count(*) from marts.leads")).scalar()


def test_the_summary_says_what_was_done(sample_company: Company) -> None:
    said = (sample_company.root / "run.txt").read_text(encoding="utf-8")
    for part in (
        "hubspot.contacts",
        "Leads:",
        "B1",
        "Mismatches:",
        "mql_cnt",
        "Time:",
        "Published version",
        "Look next:",
    ):
        assert part in said, part
    assert "Traceback" not in said


def test_nothing_new_means_nothing_is_done_and_soon(sample_company: Company) -> None:
    before = current_version(sample_company.config)
    began = time.monotonic()
    done = sample_company.tasuki("run")
    assert done.code == 0 and "Nothing new" in done.err
    assert time.monotonic() - began < 15
    assert current_version(sample_company.config) == before


def test_a_second_run_is_refused_while_one_is_active(sample_company: Company) -> None:
    with RunLock(Workspace(sample_company.config).lock):
        done = [sample_company.tasuki(*args) for args in (["run"], ["run", "--full-refresh"])]
    for command in done:
        assert command.code == 75 and command.err.startswith("another run is active: process")


def test_the_ledger_knows_what_a_version_was_made_of(sample_company: Company) -> None:
    config = sample_company.config
    (record,) = (config.landing_dir / "_runs").glob("*.json")
    assert record.stem == current_version(config)
    text = record.read_text(encoding="utf-8")
    assert all(batch in text for batch in batch_ids(registry_rows(config)))


def test_asset_groups_follow_the_way_of_the_data(sample_company: Company, graph: Any) -> None:
    groups = {node.group_name for node in graph.asset_nodes if node.is_materializable}
    assert GROUPS <= groups <= GROUPS | {"reconcile"}
    for feed in sample_company.config.feeds:
        node = graph.get(dg.AssetKey([feed.system, feed.table]))
        assert node.group_name == "land" and node.is_materializable
    unlanded = [node.key for node in graph.asset_nodes if not node.is_materializable]
    assert unlanded == [], "what the company does not have is no part of its lineage"
    assert graph.get(PUBLISHED).parent_keys == {CANDIDATE}
    assert {key.path[-1] for key in graph.get(CANDIDATE).parent_keys} >= MARTS
    blocking = [key for key in graph.get_check_keys_for_assets({CANDIDATE}) if graph.get_check_spec(key).blocking]
    assert blocking


def test_it_runs_by_itself(sample_company: Company) -> None:
    repository = build_definitions(Workspace(sample_company.config)).get_repository_def()
    assert {schedule.job_name for schedule in repository.schedule_defs} == {"refresh", "weekly_digest"}
    assert {schedule.execution_timezone for schedule in repository.schedule_defs} == {"Asia/Tokyo"}
    assert {sensor.name for sensor in repository.sensor_defs} == {"new_files", "run_failed"}
    assert repository.has_job("refresh")


def test_the_code_location_loads(sample_company: Company) -> None:
    code = "import orchestration.definitions as d; print(len(d.defs.resolve_all_asset_keys()) > 50)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=sample_company.root,
        env={"PYTHONPATH": str(REPO)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "True", done.stderr
