"""The Great Expectations suites: silent on sound marts, and each planted fault is caught; only the warehouse's own faults block."""

import importlib
from pathlib import Path
from typing import Any

import pytest

from expectations import AUDIENCES, SUITES
from expectations.data_docs import Site, write_data_docs
from expectations.limits import Limits
from expectations.runner import run_suites
from orchestration.failures import failing_rows
from orchestration.publish import MARTS_FILE, write_candidate
from orchestration.warehouse import Workspace
from tests.orchestration.conftest import build

LIMITS = Limits()
LOSS = "update marts.opportunities set is_won = false, won_at = null, closed_at = timestamp '2026-03-20'"
SILENT = "update marts.mismatches set rule_code = 'D08' where subject_id = 'o1' and rule_code = 'B04'"
# Rows of KPI lead_new: 10 a day but for the day before as_of.
QUIET_DAYS = """
    insert into marts.kpi_values
    select kpi_values.* replace (cast(d as date) as period_start, 'day' as grain, case when d = timestamp '2026-03-30' then 90 else 10 end as numerator)
    from marts.kpi_values, range(date '2025-12-01', date '2026-03-31', interval 1 day) as r(d) where kpi_code = '{code}'"""
MIX = """
    insert into marts.leads
    select leads.* replace ('m' || i as lead_id, null as person_key, null as handed_over_at, date '2025-11-01' + cast(i // 2 as integer) as first_seen_on,
        case when i >= 184 then 'student' else 'manager' end as persona, case when i >= 184 then 'ads' else 'web' end as channel)
    from marts.leads, range(242) as r(i) where lead_id = 'l0'"""

# check -> statement: what the warehouse promises, each broken once.
BLOCKING = {
    "leads: lead_id is always given": "insert into marts.leads select * replace (null as lead_id) from marts.leads where lead_id = 'l0'",
    "leads: no lead_id stands there twice": "insert into marts.leads from marts.leads where lead_id = 'l0'",
    "leads: every person_key is in marts.people": "delete from marts.people where person_key = 'p1'",
    "leads: every account_key is in marts.accounts": "update marts.leads set account_key = 'a9' where lead_id = 'l1'",
    "leads: a cycle that does not count has a reason, and only then": "update marts.leads set exclusion_reason = 'test'",
    "leads: the cycles of a person are numbered without a gap": "update marts.leads set cycle_no = 2 where lead_id = 'l1'",
    "leads: whoever was handed over is an MQL no later": "update marts.leads set mql_at = null",
    "handed_over_leads: lead_id is always given": "update marts.handed_over_leads set lead_id = null where lead_id = 'l1'",
    "handed_over_leads: no lead_id stands there twice": "update marts.handed_over_leads set lead_id = 'l0' where lead_id = 'l1'",
    "handed_over_leads: every lead_id is in marts.leads": "update marts.handed_over_leads set lead_id = 'l9' where lead_id = 'l1'",
    "handed_over_leads: every lead that was handed over is here": "delete from marts.handed_over_leads where lead_id = 'l1'",
    "opportunities: opportunity_id is always given": "update marts.opportunities set opportunity_id = null",
    "opportunities: no opportunity_id stands there twice": "insert into marts.opportunities from marts.opportunities",
    "opportunities: every lead_id is in marts.leads": "update marts.opportunities set lead_id = 'l9'",
    "opportunities: every account_key is in marts.accounts": "update marts.opportunities set account_key = 'a9'",
    "opportunities: a won opportunity has the time of its win, and no other has": "update marts.opportunities set won_at = null",
    "people: person_key is always given": "update marts.people set person_key = null where person_key = 'p2'",
    "people: no person_key stands there twice": "insert into marts.people from marts.people where person_key = 'p2'",
    "people: every account_key is in marts.accounts": "update marts.people set account_key = 'a9'",
    "people: no column of the marts is one of email, full_name, last_name, first_name, phone": """
        alter table marts.accounts add column email varchar""",
    "stage_events: stage_event_id is always given": "update marts.stage_events set stage_event_id = null where lead_id = 'l1'",
    "stage_events: no stage_event_id stands there twice": "update marts.stage_events set stage_event_id = 's0'",
    "stage_events: stage is always given": "update marts.stage_events set stage = null",
    "stage_events: occurred_at is always given": "update marts.stage_events set occurred_at = null where lead_id = 'l1'",
    "stage_events: every lead_id is in marts.leads": "update marts.stage_events set lead_id = 'l9' where lead_id = 'l1'",
    "stage_events: nothing happened after as_of": "update marts.stage_events set occurred_at = timestamp '2026-04-02'",
    "handoffs: handoff_id is always given": "update marts.handoffs set handoff_id = null where lead_id = 'l1'",
    "handoffs: no handoff_id stands there twice": "update marts.handoffs set handoff_id = 'h0'",
    "handoffs: boundary is one of the known codes": "update marts.handoffs set boundary = 'B4'",
    "handoffs: classification is one of the known codes": "update marts.handoffs set classification = 'dropped'",
    "handoffs: every lead_id is in marts.leads": "update marts.handoffs set lead_id = 'l9' where lead_id = 'l1'",
    "handoffs: what was delivered has both ends, what was lost only the giver's": "update marts.handoffs set in_at = null",
    "relay_ledger: no row stands there twice (boundary, month_start_on)": "insert into marts.relay_ledger from marts.relay_ledger",
    "relay_ledger: both accounts of each boundary close in each month": "update marts.relay_ledger set stock_residual = 1",
    "relay_ledger: a month opens with what the month before closed with": """
        insert into marts.relay_ledger
        select * replace (date '2026-02-01' as month_start_on, 4 as stock_open) from marts.relay_ledger""",
    "relay_ledger: what the ledger says left a team is what the handoffs say": "update marts.relay_ledger set out = 9",
    "kpi_values: no row stands there twice": "insert into marts.kpi_values from marts.kpi_values where kpi_code = 'won_cnt'",
    "kpi_values: every kpi_code is in marts.kpi_catalogue": "delete from marts.kpi_catalogue where kpi_code = 'won_cnt'",
    **{
        f"kpi_values: {code} over all months is what the table it counts says": f"update marts.kpi_values set numerator = 99 where kpi_code = '{code}'"
        for code in ("lead_new", "mql_cnt", "handoff_b1_cnt", "won_cnt")
    },
    "kpi_values: no cohort converts more than it holds": """
        update marts.kpi_values set basis = 'cohort', statistic = 'rate', denominator = 0 where kpi_code = 'won_cnt'""",
    "data_status: no row stands there twice": "insert into marts.data_status from marts.data_status",
    "data_status: as_of is always given": "insert into marts.data_status select * replace (null as as_of, 'x' as table_name) from marts.data_status",
    "data_status: rows in = landed + rejected, for each feed": "update marts.data_status set rows_in = 4",
}  # fmt: skip
# What the teams owe each other, and what a company's data may do.
WARNING = {
    "leads: there is at least one row": "delete from marts.leads",
    "people: every person that counts has a day of first appearance: without one it is in no month": "update marts.people set first_seen_on = null",
    "stage_events: there is at least one row": "delete from marts.stage_events",
    "kpi_values: there is at least one row": "delete from marts.kpi_values",
    "data_status: no feed is more than 72 hours behind": "update marts.data_status set lag_hours = 500",
    "leads: last month's leads are of the same persona mix as the three months before": MIX,
    "leads: last month's leads are of the same channel mix as the three months before": MIX,
    **{
        f"kpi_values: {code} of each day of the last week is as on the same weekdays before": (
            f"insert into marts.kpi_values select * replace ('{code}' as kpi_code) from marts.kpi_values where kpi_code = 'won_cnt' "
            f"and '{code}' = 'inquiry_cnt'; " + QUIET_DAYS.format(code=code)
        )
        for code in ("lead_new", "inquiry_cnt", "mql_cnt", "handoff_b1_cnt")
    },
    "handed_over_leads: every handed-over lead has an owner": "update marts.handed_over_leads set owner_id = null",
    "handed_over_leads: every handed-over lead has a persona": "update marts.handed_over_leads set persona = 'other'",
    "handed_over_leads: nobody who has withdrawn consent is handed over": "update marts.handed_over_leads set is_opted_out = true",
    "handed_over_leads: every hot lead comes with its evidence: score and last response": "update marts.handed_over_leads set score = null",
    "handed_over_leads: what is handed over is hot": "update marts.handed_over_leads set is_hot = false",
    "handed_over_leads: every handed-over lead is attempted within its agreed time": "update marts.handed_over_leads set is_sla_met = false",
    "handed_over_leads: every rejected lead comes back with a coded reason": "update marts.handed_over_leads set has_reject_reason = null",
    "opportunities: every lost opportunity has a coded reason or a competitor": f"{LOSS}; {SILENT}",
    # without as_of nothing else can be judged: last, in a group of its own
    "data_status: there is at least one row": "delete from marts.data_status",
}  # fmt: skip


def audit(workspace: Workspace, run_id: str = "r1") -> list[dict[str, Any]]:
    return run_suites(write_candidate(workspace, run_id) / MARTS_FILE, LIMITS)


def promised(check: str) -> str:
    """The check without the columns that tell its rows apart."""
    return check.partition(" (")[0] if "kpi_values: no row" in check or "data_status: no row" in check else check


def test_sound_marts_pass(workspace: Workspace) -> None:
    assert [result for result in audit(workspace) if not result["passed"]] == []


def test_every_expectation_has_its_fault() -> None:
    suites = [importlib.import_module(f"expectations.suites.{audience}.{table}") for audience, table in SUITES]
    checks = {
        promised(f"{suite.__name__.rsplit('.', 1)[-1]}: {expectation.description}")
        for suite in suites
        for expectation in suite.expectations(LIMITS)
    }
    assert checks == set(BLOCKING) | set(WARNING)


def apart(faults: dict[str, str]) -> list[dict[str, str]]:
    """Faults that stand together in one company: at most one of a table."""
    groups: list[dict[str, str]] = []
    for check, fault in faults.items():
        table = check.partition(":")[0]
        group = next((one for one in groups if not any(other.startswith(f"{table}:") for other in one)), None)
        if group is None or "delete from marts.data_status" in fault:
            groups.append(group := {})
        group[check] = fault
    return groups


@pytest.mark.parametrize(("faults", "blocks"), [(BLOCKING, True), (WARNING, False)], ids=["blocking", "warning"])
def test_every_planted_fault_is_caught(workspace: Workspace, faults: dict[str, str], blocks: bool) -> None:
    missed = []
    for number, group in enumerate(apart(faults)):
        build(workspace, f"faulty-{number}", tuple(group.values()))
        failed = {
            promised(result["check"]): result for result in audit(workspace, f"r{number}") if not result["passed"]
        }
        for check in group:
            if check not in failed or failed[check]["blocks"] is not blocks or "evaluated" in failed[check]["message"]:
                missed.append((check, failed.get(check)))
    assert not missed


def test_failing_rows_are_shown_by_their_keys(workspace: Workspace) -> None:
    build(workspace, "faulty", ("update marts.relay_ledger set stock_residual = 1",))
    database = write_candidate(workspace, "r1") / MARTS_FILE
    (failed,) = [result for result in run_suites(database, LIMITS) if not result["passed"]]
    assert failing_rows(str(database), failed["query"])[0]["boundary"] == "B1"


def test_a_promise_says_of_how_many(workspace: Workspace) -> None:
    build(workspace, "faulty", ("update marts.handed_over_leads set is_sla_met = false where lead_id = 'l1'",))
    (failed,) = [result for result in audit(workspace) if not result["passed"]]
    assert (failed["audience"], failed["judged"], failed["message"]) == ("sales", 3, "found 1")
    rows = failing_rows(str(workspace.warehouse), failed["query"])
    assert rows == [{"lead_id": "l1", "out_record_id": "m1", "in_record_id": "c1"}]


@pytest.mark.parametrize("legal", ["", SILENT.replace("set", "set status = 'accepted',")])
def test_a_loss_that_rule_d08_takes_for_legal_keeps_the_promise(workspace: Workspace, legal: str) -> None:
    build(workspace, "competitor", (f"{LOSS}; {legal}",))
    assert [result["check"] for result in audit(workspace) if not result["passed"] and "lost" in result["check"]] == []


def test_a_moved_mix_names_the_value_that_moved(workspace: Workspace) -> None:
    build(workspace, "moved", (MIX,))
    database = write_candidate(workspace, "r1") / MARTS_FILE
    (failed,) = [result for result in run_suites(database, LIMITS) if "same channel mix" in result["check"]]
    (row,) = failing_rows(str(database), failed["query"])
    assert (row["channel"], row["now_cnt"], row["before_cnt"]) == ("ads", 56, 0)


def test_old_promises_are_not_judged_for_ever(workspace: Workspace) -> None:
    old = "update marts.handed_over_leads set owner_id = null, handed_over_at = timestamp '2026-02-20'"
    build(workspace, "old", (old,))
    assert [result for result in audit(workspace) if not result["passed"]] == []


def test_an_expectation_that_cannot_be_evaluated_fails(workspace: Workspace) -> None:
    build(workspace, "narrow", ("alter table marts.handoffs drop column in_at",))
    failed = [result for result in audit(workspace) if not result["passed"]]
    assert failed and all(result["blocks"] for result in failed)


def test_failing_rows_show_keys_and_no_personal_data(workspace: Workspace) -> None:
    rows = failing_rows(str(workspace.warehouse), "select person_key, email from restricted.people_contacts")
    assert rows == [{"person_key": "p1"}]
    assert failing_rows(str(workspace.warehouse), "select email from restricted.people_contacts") == []


def test_data_docs_need_no_network_and_take_values_for_text(workspace: Workspace, tmp_path: Path) -> None:
    build(workspace, "faulty", ("update marts.handoffs set boundary = '<script>alert(1)</script>'",))
    write_data_docs(tmp_path / "docs", Site("<b>襷</b>", "2026-03-31 15:00:00"), audit(workspace))
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (tmp_path / "docs").iterdir()}
    assert set(pages) == {"index", *AUDIENCES}
    for page in pages.values():
        assert "http:" not in page and "https:" not in page and "<script" not in page and "<b>襷" not in page
    assert "&lt;script&gt;" in pages["warehouse"] and "公開を停止" in pages["warehouse"]
    assert "守られている" in pages["marketing"]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR")
