"""What a run says of what it read."""

import io
import shlex
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from orchestration.landing.feed import FeedResult, LandedBatch
from orchestration.progress import Report
from orchestration.summary import _print_failed_casts, _print_late, _print_next
from tests.orchestration.conftest import make_workspace


def test_values_that_were_not_understood_are_told_without_their_text(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as con:
        con.execute("create schema staging")
        con.execute(
            "create table staging.cast_failures as from (values"
            " ('salesforce', 'leads', 'created_date', '26/3/2', 'not a timestamp', 'new', 'leads [1].csv', 7),"
            " ('salesforce', 'leads', 'created_date', '26/3/3', 'not a timestamp', 'new', 'leads [1].csv', 3),"
            " ('salesforce', 'leads', 'created_date', '26/3/1', 'not a timestamp', 'old', 'leads.csv', 1))"
            " as t(system, table_name, column_name, value, reason, batch_id, source_file, row_number)"
        )
    day = datetime(2026, 4, 1)
    batch = LandedBatch(
        system="salesforce",
        table_name="leads",
        batch_id="new",
        seq=2,
        extracted_at=day,
        loaded_at=day,
        source_file="leads [1].csv",
        part="",
        sha256="",
        delivery="upsert",
        encoding="utf-8",
        rows_in=7,
        rows_landed=7,
        rows_rejected=0,
        is_complete=True,
        sets_as_of=True,
        drift="",
    )
    out = io.StringIO()
    report = Report(landed=[FeedResult("salesforce", "leads", batches=[batch])])
    _print_failed_casts(warehouse, report, Console(file=out, width=200))
    said = out.getvalue()
    assert "salesforce.leads.created_date: 2 not a timestamp, the first in leads [1].csv row 3" in said
    assert "staging.cast_failures" in said and "26/" not in said
    empty = io.StringIO()
    _print_failed_casts(warehouse, Report(), Console(file=empty))
    assert empty.getvalue() == ""


@pytest.mark.parametrize("folder", ["plain", "営業 (1) & co " + "long " * 30])
def test_the_commands_to_look_next_can_be_pasted(tmp_path: Path, folder: str) -> None:
    """Whole, on one line each, however long the path is and whatever it holds."""
    root = tmp_path / folder.strip()
    root.mkdir()
    config = make_workspace(root).config
    out = io.StringIO()
    _print_next(config, "v1", Console(file=out, width=100))
    sql, versions = (
        out.getvalue().removeprefix(f"Published version v1 in {config.published_dir}/current\n").splitlines()
    )
    asked = ["tasuki", "sql", "from marts.handoffs limit 20", "--config", str(config.path)]
    assert shlex.split(sql.removeprefix("Look next:")) == asked
    assert shlex.split(versions) == ["tasuki", "versions", "--config", str(config.path)]


def test_feeds_that_hold_as_of_back_are_told() -> None:
    con = duckdb.connect()
    con.execute("create schema marts")
    con.execute(
        "create table marts.data_status as from (values"
        " ('salesforce', 'leads', 0, timestamp '2026-03-22 15:00:00'),"
        " ('salesforce', 'tasks', 72, timestamp '2026-03-19 15:00:00'),"
        " ('hubspot', 'contact_merges', 504, timestamp '2026-03-01 15:00:00'),"
        " ('edinet', 'organisations', null, timestamp '2025-03-01 15:00:00'))"
        " as t(system, table_name, lag_hours, last_extracted_at)"
    )
    out = io.StringIO()
    _print_late(con, 72, Console(file=out, width=200))
    assert "hubspot.contact_merges: 504 hours, last extracted 2026-03-01 15:00:00 UTC" in out.getvalue()
    assert "sets_as_of" in out.getvalue() and "salesforce" not in out.getvalue() and "edinet" not in out.getvalue()
    quiet = io.StringIO()
    _print_late(con, 504, Console(file=quiet))
    assert quiet.getvalue() == ""
