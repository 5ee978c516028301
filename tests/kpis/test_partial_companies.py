"""Companies that deliver a part of their systems: of what nobody delivers there is no number, and nothing is unexplained for want of it."""

import csv
from pathlib import Path

import duckdb
import pytest

from tests.support import Builder, land, simulated

CALLS = {"approach_rate", "latent_approach", "persist_met", "sla_met", "stl_attempt", "stl_contact", "untouched_cnt", "untouched_rate"}  # fmt: skip
LEADS = {"accept_rate", "is_stock_cnt", "recycle_rate", "reject_rate"}
DEALS = {"gp_contrib", "l2w", "opp_cnt", "opp_rate", "won_cnt"}


@pytest.mark.parametrize(
    ("gone", "unknown"),
    [
        pytest.param(["salesforce/*", "cs/*"], CALLS | LEADS | DEALS, id="MA alone"),
        pytest.param(["hubspot/*"], {"mql_rate"}, id="without MA"),
        pytest.param(["salesforce/tasks_*", "salesforce/events_*"], CALLS, id="CRM without activities"),
    ],
)
def test_no_number_of_what_is_not_delivered(
    builder: Builder, tmp_path: Path, gone: list[str], unknown: set[str]
) -> None:
    company = simulated(tmp_path / "part", people=150, seed=9, conflicts="none")
    for pattern in gone:
        for path in company.exports.glob(pattern):
            path.unlink()
    land(company)
    builder.build(company)
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        counted = {row[0] for row in con.execute("SELECT DISTINCT kpi_code FROM marts.kpi_values").fetchall()}
        available = "SELECT kpi_code FROM marts.kpi_catalogue WHERE availability = 'available'"
        known = {row[0] for row in con.execute(available).fetchall()}
        reasons = {row[0] for row in con.execute("SELECT DISTINCT reason FROM marts.kpi_bridge").fetchall()}
        found = con.execute("SELECT * FROM marts.mismatches WHERE rule_code IN ('B12', 'B13', 'H06')").fetchall()
        judged = con.execute("SELECT count(is_sla_met) FROM marts.handed_over_leads").fetchone()
    assert "lead_new" in counted and counted <= known
    assert unknown.isdisjoint(counted) and unknown.isdisjoint(known)
    assert "shared" in reasons and "unexplained" not in reasons and found == []
    if unknown:
        assert judged == (0,)


def test_contracts_that_name_no_opportunity_are_of_what_their_account_bought(builder: Builder, tmp_path: Path) -> None:
    company = simulated(tmp_path / "unnamed", people=300, seed=9, conflicts="none")
    folder = company.exports / "cs"
    for path in folder.glob("契約商談_*"):
        path.unlink()
    (contracts,) = folder.glob("契約一覧_*")
    title, printed, *lines = contracts.read_text("cp932").splitlines(keepends=True)
    rows = list(csv.DictReader(lines))
    named = {row["契約番号"]: row.pop("商談ID") for row in rows}
    with contracts.open("w", encoding="cp932", newline="") as target:
        target.write(title + printed)
        writer = csv.DictWriter(target, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    land(company)
    builder.build(company)
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        classes = dict(
            con.execute(
                "SELECT classification, count(*) FROM marts.handoffs WHERE boundary = 'B3' GROUP BY ALL"
            ).fetchall()
        )
        found = con.execute(
            "SELECT * FROM marts.mismatches WHERE rule_code = 'G01' OR rule_code = 'B04' AND detail LIKE 'B3%'"
        ).fetchall()
        paired = con.execute(
            "SELECT source_contract_id, crm_opportunity_id FROM conformed.con_contracts"
            " JOIN conformed.con_opportunities USING (opportunity_id)"
        ).fetchall()
    assert classes["delivered"] > 20 and classes.keys().isdisjoint({"lost_in_transit", "invented", "double_entry"}), (
        classes
    )
    assert found == []
    wrong = [pair for pair in paired if named[pair[0]] != pair[1]]
    assert len(paired) > 20 and len(wrong) * 20 < len(paired), wrong
