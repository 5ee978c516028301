"""The Great Expectations suites: silent on sound marts, and each planted fault is caught and blocks."""

import pytest

from expectations.runner import run_suites
from orchestration.failures import failing_rows
from orchestration.publish import MARTS_FILE, write_candidate
from orchestration.warehouse import Workspace
from tests.orchestration.conftest import build

FAULTS = {
    "leads: expect_column_values_to_be_unique lead_id": "insert into marts.leads from marts.leads where lead_id = 'l0'",
    "every person_key is in marts.people": "delete from marts.people where person_key = 'p1'",
    "a cycle that does not count has a reason, and only then": "update marts.leads set exclusion_reason = 'test'",
    "whoever was handed over is an MQL no later": "update marts.leads set mql_at = null",
    "a won opportunity has the time of its win, and no other has": "update marts.opportunities set won_at = null",
    "nothing happened after as_of": "update marts.stage_events set occurred_at = timestamp '2026-04-02'",
    "what was delivered has both ends, what was lost only the giver's": "update marts.handoffs set in_at = null",
    "both accounts of each boundary close in each month": "update marts.relay_ledger set stock_residual = 1",
    "a month opens with what the month before closed with": """
        insert into marts.relay_ledger
        select * replace (date '2026-02-01' as month_start_on, 4 as stock_open) from marts.relay_ledger""",
    "mql_cnt over all months is what the table it counts says": """
        update marts.kpi_values set numerator = 99 where kpi_code = 'mql_cnt'""",
    "rows in = landed + rejected, for each feed": "update marts.data_status set rows_in = 4",
    "no column of the marts is one of email, full_name, last_name, first_name, phone": """
        alter table marts.accounts add column email varchar""",
}


def test_sound_marts_pass(workspace: Workspace) -> None:
    results = run_suites(write_candidate(workspace, "r1") / MARTS_FILE)
    assert [result for result in results if not result["passed"]] == []
    assert len(results) > 30


def test_every_planted_fault_blocks_and_shows_rows(workspace: Workspace) -> None:
    build(workspace, "faulty", tuple(FAULTS.values()))
    database = write_candidate(workspace, "r1") / MARTS_FILE
    failed = {result["check"]: result for result in run_suites(database) if not result["passed"]}
    assert set(FAULTS) <= set(failed)
    assert all(failed[check]["blocks"] for check in FAULTS)
    assert not [result for result in failed.values() if "could not be evaluated" in result["message"]]
    residual = failed["both accounts of each boundary close in each month"]
    assert failing_rows(str(database), residual["query"])[0]["boundary"] == "B1"


def test_what_the_company_is_late_with_only_warns(workspace: Workspace) -> None:
    build(workspace, "late", ("update marts.data_status set lag_hours = 500",))
    failed = [r for r in run_suites(write_candidate(workspace, "r1") / MARTS_FILE) if not r["passed"]]
    assert [(result["table"], result["blocks"]) for result in failed] == [("data_status", False)]


def test_an_expectation_that_cannot_be_evaluated_fails(workspace: Workspace) -> None:
    build(workspace, "narrow", ("alter table marts.handoffs drop column in_at",))
    failed = [r for r in run_suites(write_candidate(workspace, "r1") / MARTS_FILE) if not r["passed"]]
    assert failed and all(result["blocks"] for result in failed)


def test_failing_rows_show_keys_and_no_personal_data(workspace: Workspace) -> None:
    rows = failing_rows(str(workspace.warehouse), "select person_key, email from restricted.people_contacts")
    assert rows == [{"person_key": "p1"}]
    assert failing_rows(str(workspace.warehouse), "select email from restricted.people_contacts") == []


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("ERROR")
