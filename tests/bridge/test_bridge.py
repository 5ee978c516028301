"""The bridge on a simulated company: it closes, it explains everything, it catches what it must, and it prints."""

# ruff: noqa: S608

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.publish import MARTS_FILE
from orchestration.warehouse import DBT_DIR
from tests.support import REPO, Builder, Built, rows_of_data_test, sample_config

BRIDGED = {
    "accept_rate", "appt_cnt", "asp", "comp_loss", "cycle_days", "handoff_b1_cnt", "hot_lead_cnt", "hot_lead_share",
    "inquiry_cnt", "lead_new", "mkt_sourced_pipe", "mql_cnt", "mql_rate", "onboard_rate", "opp_cnt", "opp_rate",
    "pipe_created", "reject_rate", "sla_met", "source_known", "stl_attempt", "stl_contact", "valid_opp_cnt",
    "valid_opp_rate", "win_rate_close", "win_rate_cohort", "won_amt", "won_cnt",
}  # fmt: skip
PERIOD = ["asp", "comp_loss", "win_rate_close"]
MEMBERS = {
    "cycle_days": "opportunity", "mkt_sourced_pipe": "handoff", "stl_attempt": "wall_clock", "stl_contact": "wall_clock"
}  # fmt: skip
REASONS = [
    "declared_non_relay",
    "dated_differently",
    "duplicate_record",
    "merged_record",
    "not_in_ma",
    "not_in_crm",
    "repeat_in_month",
    "not_valid_yet",
    "no_lead_converted",
    "not_from_marketing",
    "not_accepted",
    "not_handed_over",
    "excluded_research",
    "removed",
    "amount_differs",
    "outside_window",
    "outside_own_window",
    "later_cycle",
    "inferred",
    "other_persona",
    "score_too_low",
    "late_by_the_clock",
    "never_attempted",
    "no_reason",
    "disqualified",
    "no_meeting_held",
    "not_held",
    "no_decision",
    "not_accepted_by_sales",
    "existing_business",
    "unknown_in_ma",
    "not_live",
    "timed_from_response",
    "timed_from_receipt",
    "timed_from_lead",
    "no_loss_reason",
]


@pytest.fixture
def marts(conflicted: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """A private copy of the marts that the blocking tests read."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{conflicted.warehouse}' AS w (READ_ONLY)")
        connection.execute("CREATE SCHEMA marts")
        for mart in ("kpi_bridge", "kpi_bridge_rows", "kpi_values"):
            connection.execute(f"CREATE TABLE marts.{mart} AS FROM w.marts.{mart}")
        yield connection


def member(code: str) -> str:
    """The variant that the bridge is of."""
    return MEMBERS.get(code, "")


def faults(connection: duckdb.DuckDBPyConnection, test: str) -> int:
    """How many rows a dbt test of the project finds, asked of the copy."""
    macros = {
        "bridged_kpis": lambda: sorted(BRIDGED),
        "bridge_member": member,
        "kpi_list": lambda: {"period": PERIOD},
        "config": lambda **_: "",
    }
    return rows_of_data_test(connection, test, **macros)


def test_every_kpi_has_both_sides_and_nothing_is_unexplained(conflicted: Built) -> None:
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as connection:
        unexplained = connection.execute(
            "SELECT * FROM marts.kpi_bridge_rows WHERE reason IN ('unexplained', 'excluded_other')"
        ).fetchall()
        found = {row[0] for row in connection.execute("SELECT DISTINCT kpi_code FROM marts.kpi_bridge").fetchall()}
        reasons = {row[0] for row in connection.execute("SELECT DISTINCT reason FROM marts.kpi_bridge_rows").fetchall()}
    assert not unexplained
    assert found == BRIDGED
    assert reasons >= set(REASONS), set(REASONS) - reasons


def without_bridge(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Each KPI and component that kpi_values has in a team's view and that no bridge leads to."""
    return connection.execute("""
        WITH published AS (
            UNPIVOT (SELECT kpi_code, view, numerator, denominator, censored_cnt AS censored FROM marts.kpi_values WHERE view <> 'shared')
            ON numerator, denominator, censored INTO NAME component VALUE amount
        )
        SELECT DISTINCT kpi_code, component FROM published
        WHERE amount <> 0 AND (kpi_code, component, view) NOT IN (SELECT (kpi_code, component, reason) FROM marts.kpi_bridge) ORDER BY ALL
    """).fetchall()


def test_whatever_two_teams_count_has_a_bridge(marts: duckdb.DuckDBPyConnection) -> None:
    """A KPI that gets views and no bridge, or a duration of which one part has none, fails here."""
    assert without_bridge(marts) == []
    marts.execute(
        "INSERT INTO marts.kpi_values BY NAME SELECT * REPLACE ('sales' AS view) FROM marts.kpi_values WHERE kpi_code = 'untouched_cnt'"
    )
    marts.execute("DELETE FROM marts.kpi_bridge WHERE kpi_code = 'stl_attempt' AND component = 'censored'")
    assert without_bridge(marts) == [("stl_attempt", "censored"), ("untouched_cnt", "numerator")]


def test_every_kpi_has_views_or_the_page_says_why_not() -> None:
    """docs/kpis.md §3 names every KPI once: in the table of the teams' ways, which are the bridged ones, or in that of the reasons."""
    page = (REPO / "docs" / "kpis.md").read_text(encoding="utf-8").partition("\n## 3.")[2].partition("\n## 4.")[0]
    views, reasons = (
        [code.strip() for line in part.splitlines() if line.startswith("| ") for code in line.split("|")[1].split(",")]
        for part in page.split("\nNo views,")
    )
    folder = Path(DBT_DIR) / "models" / "kpis"
    models = {path.stem for path in folder.glob("*.yml") if "\n        kpi:\n" in path.read_text("utf-8")}
    assert sorted(views) == sorted(BRIDGED | {"code"})
    assert sorted(reasons) == sorted(models - BRIDGED | {"code"})


def test_it_closes_and_ends_in_the_published_numbers(marts: duckdb.DuckDBPyConnection) -> None:
    assert faults(marts, "kpi_bridge_closes") == 0
    assert faults(marts, "kpi_bridge_ends_in_kpi_values") == 0
    assert faults(marts, "kpi_bridge_is_explained") == 0


@pytest.mark.parametrize(
    "fault",
    [
        "DELETE FROM marts.kpi_bridge WHERE reason = 'duplicate_record'",
        "UPDATE marts.kpi_bridge SET count = count + 1 WHERE reason = 'not_in_crm' AND segment = 'channel'",
        "UPDATE marts.kpi_bridge SET amount = amount + 1 WHERE reason = 'shared' AND kpi_code = 'won_amt'",
        "DELETE FROM marts.kpi_bridge WHERE reason = 'sales' AND amount = 0",
    ],
)
def test_a_bridge_that_does_not_close_is_caught(marts: duckdb.DuckDBPyConnection, fault: str) -> None:
    marts.execute(fault)
    assert faults(marts, "kpi_bridge_closes")


def test_a_team_s_number_that_is_not_published_is_caught(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute(
        "UPDATE marts.kpi_values SET numerator = numerator + 1 WHERE view = 'marketing' AND kpi_code = 'mql_cnt'"
    )
    assert faults(marts, "kpi_bridge_ends_in_kpi_values")


def test_the_steps_of_a_month_are_its_rows(conflicted: Built) -> None:
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as connection:
        differences = connection.execute("""
            WITH steps AS (
                SELECT kpi_code, component, side, reason, period_start, count, amount FROM marts.kpi_bridge
                WHERE grain = 'month' AND segment = 'channel' AND segment_value = 'event'
                    AND reason NOT IN ('marketing', 'shared', 'sales')
            ), drilled AS (
                SELECT kpi_code, component, side, reason, date_trunc('month', counted_on)::date, sum(count), sum(amount)
                FROM marts.kpi_bridge_rows WHERE channel = 'event' GROUP BY ALL HAVING sum(count) <> 0 OR sum(amount) <> 0
            )
            (FROM steps EXCEPT FROM drilled) UNION ALL (FROM drilled EXCEPT FROM steps)
        """).fetchall()
        lost = connection.execute("""
            SELECT count(*) FROM marts.kpi_bridge_rows
            WHERE ma_record_id IS NULL AND crm_record_id IS NULL AND kpi_code <> 'inquiry_cnt'
        """).fetchone()
    assert not differences
    assert lost == (0,)


def test_a_cause_that_no_rule_knows_shows_up(conflicted: Built, builder: Builder, tmp_path: Path) -> None:
    """The only MA record of a person loses its person: a record too many for marketing, and a person that it should have."""
    broken = Built(tmp_path / "broken")
    shutil.copytree(conflicted.root, broken.root, symlinks=True)
    with duckdb.connect(str(broken.warehouse)) as connection:
        row = connection.execute("""
            UPDATE kpis.lead_new_views SET subject_id = NULL WHERE row_id = (
                SELECT min(row_id) FROM kpis.lead_new_views AS views
                WHERE view = 'marketing' AND uncounted_reasons = '' GROUP BY subject_id HAVING count(*) = 1 LIMIT 1
            ) RETURNING source_record_id
        """).fetchone()
    assert row is not None
    builder.build(broken, select="bridge_differences bridge_sums kpi_bridge_rows kpi_bridge")
    with duckdb.connect(str(broken.warehouse), read_only=True) as connection:
        found = connection.execute(
            "SELECT kpi_code, side, source_record_id, amount FROM marts.kpi_bridge_rows WHERE reason = 'unexplained' ORDER BY amount"
        ).fetchall()
        shown = connection.execute(
            "SELECT count(*) FROM marts.kpi_bridge WHERE reason = 'unexplained' AND grain = 'month' AND segment = 'all'"
        ).fetchone()
    assert found == [("lead_new", "marketing", row[0], -1), ("lead_new", "marketing", None, 1)]
    assert shown is not None and shown[0] > 0


def run(published: Built, *args: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["bridge", *args, "--config", str(published.root / "tasuki.toml")])
    return result.exit_code, result.output


def busiest(company: Built, kpi: str) -> str:
    """The month in which most differs."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        row = connection.execute(
            f"""SELECT strftime(counted_on, '%Y-%m') AS month FROM marts.kpi_bridge_rows WHERE kpi_code = '{kpi}'
                GROUP BY ALL ORDER BY count(*) DESC, month LIMIT 1"""
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_the_sheet(conflicted: Built, published: Built) -> None:
    code, sheet = run(published, "mql_cnt", "--month", busiest(conflicted, "mql_cnt"))
    assert code == 0
    assert "MQL数 / MQLs" in sheet and "共通定義の数字" in sheet and "unexplained +0" in sheet
    figures = [line for line in sheet.splitlines() if re.search(r"\d$", line.strip())]
    numbers = [int(line.split()[-1].replace(",", "")) for line in figures if "number" in line]
    changes = [int(line.split()[-1].replace(",", "")) for line in figures if line.startswith("  ")]
    assert len(numbers) == 3 and changes
    assert numbers[0] + sum(changes) == numbers[2]
    code, sheet = run(published, "accept_rate", "--month", busiest(conflicted, "accept_rate"))
    assert code == 0 and "分子" in sheet and "分母" in sheet and "%" in sheet


def test_the_sheet_of_a_duration(conflicted: Built, published: Built) -> None:
    """What adds up is bridged; the medians, which do not, are printed as they are published."""
    month = busiest(conflicted, "stl_attempt")
    code, sheet = run(published, "stl_attempt", "--month", month)
    assert code == 0
    assert "時間の合計" in sheet and "Timed from the response" in sheet and "how many have not ended" in sheet
    with duckdb.connect(str(conflicted.warehouse), read_only=True) as connection:
        values = dict(
            connection.execute(f"""
                SELECT view, value FROM marts.kpi_values WHERE kpi_code = 'stl_attempt' AND member = 'wall_clock'
                    AND statistic = 'median' AND grain = 'month' AND segment = 'all' AND period_start = DATE '{month}-01'
            """).fetchall()
        )
    assert len(set(values.values())) > 1
    medians = [f"{values[view]:,.1f}" for view in ("marketing", "shared", "sales")]
    (line,) = [line for line in sheet.splitlines() if line.startswith("中央値")]
    assert re.findall(r"[\d,]+\.\d", line) == medians


def test_the_sheet_ends_in_today_s_definition(conflicted: Built, published: Built, tmp_path: Path) -> None:
    """One less above the line; what stays as it is below has no step."""
    folder = sample_config(tmp_path).published_dir
    shutil.copytree(published.config.published_dir / "versions" / "1", folder / "versions" / "1")
    (folder / "current").symlink_to(folder / "versions" / "1")
    month = busiest(conflicted, "accept_rate")
    place = f"kpi_code = 'accept_rate' AND grain = 'month' AND segment = 'all' AND period_start = DATE '{month}-01' AND reason = 'shared'"
    with duckdb.connect(str(folder / "versions" / "1" / MARTS_FILE)) as connection:
        for reason, changed in {"definition_change": "-1", "as_now": "{} - 1"}.items():
            connection.execute(
                f"INSERT INTO marts.kpi_bridge SELECT * REPLACE ('{reason}' AS reason, 'as_now' AS side, 7 AS step_no,"
                f" {changed.format('count')} AS count, {changed.format('amount')} AS amount) FROM marts.kpi_bridge"
                f" WHERE {place} AND component = 'numerator'"
            )
        above, below = connection.execute(
            f"SELECT amount FROM marts.kpi_bridge WHERE {place} ORDER BY component DESC"
        ).fetchall()
    code, sheet = run(Built(tmp_path), "accept_rate", "--month", month)
    assert code == 0
    assert f"共通定義の数字 {above[0] / below[0]:.1%} → 現在の定義の数字 {(above[0] - 1) / below[0]:.1%}" in sheet


def test_the_sheet_as_data(conflicted: Built, published: Built) -> None:
    month = busiest(conflicted, "lead_new")
    _, text = run(published, "lead_new", "--month", month, "--json")
    steps = json.loads(text)
    assert [step["reason"] for step in steps if step["side"] == step["reason"]] == ["marketing", "shared", "sales"]
    _, text = run(published, "lead_new", "--month", month, "--rows", "--csv")
    records = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    side, reason = "marketing", "not_in_ma"
    (step,) = [step for step in steps if (step["side"], step["reason"]) == (side, reason)]
    assert (
        sum(int(row["count"].lstrip("'")) for row in records if (row["side"], row["reason"]) == (side, reason))
        == step["count"]
    )
    assert all(row["crm_record_id"] for row in records if row["reason"] == reason)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("nrr", "--month", "2026-02"), "there is a bridge for accept_rate"),
        (("mql_cnt",), "write one of --month"),
        (("mql_cnt", "--month", "2026-02", "--year", "2025-04-01"), "write one of --month"),
        (("mql_cnt", "--month", "February"), "write a month"),
        (("mql_cnt", "--quarter", "February"), "write a day"),
        (("mql_cnt", "--quarter", "2026-02-01"), "not the first day of a fiscal quarter"),
        (("mql_cnt", "--month", "2026-02", "--segment", "colour=red"), "with a name of all, "),
        (("mql_cnt", "--month", "2026-02", "--segment", "channel"), "write name=value, such as channel=email"),
        (("mql_cnt", "--month", "2026-02", "--segment", "channel=nowhere"), "nothing has that value; there is "),
    ],
)
def test_wrong_use_is_told_in_one_line(published: Built, args: tuple[str, ...], message: str) -> None:
    code, output = run(published, *args)
    assert code == 2
    assert message in output and len(output.strip().splitlines()) == 1


def test_a_period_without_anybody_says_so(published: Built) -> None:
    code, output = run(published, "mql_cnt", "--month", "2024-01")
    assert code == 0 and "Neither team counts anything here" in output


def test_every_view_model_is_bridged() -> None:
    views = {path.name.removesuffix("_views.sql") for path in Path(DBT_DIR).glob("models/kpis/views/*_views.sql")}
    assert views == BRIDGED
