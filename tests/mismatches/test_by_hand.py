"""Faults that no life carries: of our own build, spoiled in the warehouse; and of deliveries, made by hand."""

import csv
import json
import shutil
from collections import Counter
from dataclasses import dataclass

import duckdb
import pytest

from tests.support import Builder, Built, land, settle, simulated

FIRST, NEXT = "20260331T150000Z", "20260404T150000Z"
AS_OF = "2026-04-04 15:00:00"
SUNDAYS = {"20260228": 90, "20260307": 150, "20260314": 154, "20260321": 149, "20260328": 151, "20260404": 700}
QUEUE = "00GJ00000000001AAA"


# Rule -> what spoils a warehouse, and what the rule's detail names.
SPOILT = {
    "F06": ("UPDATE kpis.attr_rev SET numerator = numerator + 1 WHERE (subject_id, member, counted_on) = (SELECT (subject_id, member, counted_on) FROM kpis.attr_rev WHERE member = 'linear' ORDER BY ALL LIMIT 1)", "linear"),
    "F10": ("INSERT INTO marts.kpi_restatements BY NAME SELECT publish_no, as_of, 'attr_rev' AS kpi_code, 'linear' AS member, 'month' AS grain, DATE '2025-06-01' AS period_start, 'all' AS segment, 1 AS old_numerator, 2 AS new_numerator, 'new_events' AS cause FROM history.publishes WHERE is_present", "linear 2025-06-01"),
    "H05": ("INSERT INTO marts.kpi_restatements BY NAME SELECT publish_no, as_of, 'mql_cnt' AS kpi_code, 'shared' AS view, 'flow' AS basis, '' AS member, 'month' AS grain, DATE '2025-06-01' AS period_start, 'all' AS segment, 'sum' AS statistic, 'unexplained' AS cause, 1 AS numerator_difference, 0 AS denominator_difference FROM history.publishes WHERE is_present", "mql_cnt shared flow  month 2025-06-01 sum"),
    "H06": ("INSERT INTO marts.kpi_bridge SELECT * REPLACE ('unexplained' AS reason, 1 AS count) FROM (SELECT * FROM marts.kpi_bridge WHERE kpi_code = 'mql_cnt' AND grain = 'month' AND segment = 'all' AND component = 'numerator' AND side = 'sales' LIMIT 1)", "mql_cnt"),
    "H07": ("UPDATE marts.kpi_values SET numerator = denominator + 1 WHERE kpi_code = 'opp_rate' AND view = 'shared' AND segment = 'all' AND basis = 'period' AND grain = 'fiscal_quarter' AND period_start = DATE '2025-10-01' AND denominator >= 30", "opp_rate period  fiscal_quarter 2025-10-01"),
    "H08": ("INSERT INTO marts.handoffs SELECT * FROM marts.handoffs LIMIT 1", "handoffs rows"),
    "H09": ("UPDATE marts.kpi_values SET numerator = numerator + 1 WHERE kpi_code = 'opp_cnt' AND view = 'shared' AND segment = 'all' AND grain = 'month' AND period_start = DATE '2025-06-01'", "opp_cnt shared"),
    "H10": ("UPDATE marts.kpi_values SET numerator = denominator + 1 WHERE kpi_code = 'approach_rate' AND view = 'shared' AND segment = 'all' AND grain = 'month' AND period_start = DATE '2025-06-01'", "approach_rate shared"),
}  # fmt: skip


@pytest.fixture(scope="module")
def spoilt(builder: Builder, clean: Built) -> Built:
    """A copy of the company without conflicts whose build went wrong in eight places, and of which two definitions are unsigned."""
    company = Built(builder.root / "spoilt", clean.summary)
    shutil.copytree(clean.root, company.root)
    with duckdb.connect(str(company.warehouse)) as connection:
        for spoil, _ in SPOILT.values():
            (changed,) = connection.execute(spoil).fetchone() or (0,)
            assert changed
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TASUKI_UNSIGNED_DEFINITIONS", "hot_lead,mql_cnt")
        builder.build(company, select="mismatch_group_f mismatch_group_h mismatches_in_records mismatches_found")
    return company


def reported(company: Built, rule: str) -> set[tuple[str, str, str]]:
    """Records and detail of what a rule reports."""
    query = """
        SELECT coalesce(ma_record_id, ''), coalesce(crm_record_id, ''), coalesce(detail, '')
        FROM mismatches.mismatches_found WHERE rule_code = ?
    """
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return set(connection.execute(query, [rule]).fetchall())


@pytest.mark.parametrize("rule", SPOILT)
def test_a_fault_of_our_own_build_is_reported(clean: Built, spoilt: Built, rule: str) -> None:
    assert not reported(clean, rule)
    found = reported(spoilt, rule)
    assert any(SPOILT[rule][1] in detail for _, _, detail in found), found


def test_a_definition_that_nobody_signed_is_reported(spoilt: Built) -> None:
    assert reported(spoilt, "H04") == {("", "", "hot_lead"), ("", "", "mql_cnt")}


@dataclass(frozen=True)
class ByHand:
    """A company without conflicts, and the records of its second delivery that were tampered with."""

    company: Built
    names: dict[str, str]


@pytest.fixture(scope="module")
def delivered(builder: Builder) -> ByHand:
    """A second delivery four days later, of marketing and sales only; a few of sales's rows are not as they were."""
    company = simulated(builder.root / "by-hand", people=300, seed=22, conflicts="none")
    _weekly_forms(company)
    _source_counts(company)
    names = _tamper(company)
    for path in sorted(
        path for system in ("hubspot", "salesforce") for path in (company.exports / system).glob(f"*_{FIRST}*")
    ):
        again = path.with_name(path.name.replace(FIRST, NEXT))
        if not again.exists():
            shutil.copyfile(path, again)
    settle(company.exports)
    land(company)
    builder.build(company, as_of=AS_OF)
    return ByHand(company, names)


def _tamper(company: Built) -> dict[str, str]:
    leads, deals, roles = (_rows(company, name) for name in ("leads", "opportunities", "opportunity_contact_roles"))
    rejected = next(row for row in leads if row["Status"] == "Rejected" and row["HubSpot_Contact_ID__c"])
    in_hands = next(row for row in leads if row["Status"].startswith("Working") and row["IsConverted"] == "false")
    early = next(row for row in deals if row["IsWon"] == "false" and row["IsClosed"] == "true" and _lead_of(leads, row))
    won = next(row for row in deals if row["IsWon"] == "true")
    current = next(row for row in deals if row["IsClosed"] == "false")
    changed = {
        rejected["Id"]: {"IsDeleted": "true"},
        in_hands["Id"]: {"OwnerId": QUEUE},
        early["Id"]: {"CreatedDate": "2024-04-01T01:00:00.000+0000"},
        won["Id"]: {"FS_Accepted_At__c": "2026-03-31T01:00:00.000+0000"},
    }
    _write(company, "leads", [_changed(row) | changed.get(row["Id"], {}) for row in leads])
    _write(
        company, "opportunities",
        [_changed(row) | changed.get(row["Id"], {}) | {"Amount": str(int(row["Amount"]) // 1000)} for row in deals],
    )  # fmt: skip
    _write(
        company, "opportunity_contact_roles",
        [row | ({"IsDeleted": "true"} if row["OpportunityId"] == current["Id"] else {}) for row in roles],
    )  # fmt: skip
    return {
        "ma of the deleted": rejected["HubSpot_Contact_ID__c"], "deleted lead": rejected["Id"], "queued lead": in_hands["Id"],
        "ma of the queued": in_hands["HubSpot_Contact_ID__c"], "early deal": early["Id"], "its lead": _lead_of(leads, early),
        "won deal": won["Id"], "deal without roles": current["Id"],
    }  # fmt: skip


def _lead_of(leads: list[dict[str, str]], deal: dict[str, str]) -> str:
    return next((row["Id"] for row in leads if row["ConvertedOpportunityId"] == deal["Id"]), "")


def _weekly_forms(company: Built) -> None:
    """Five Sundays of the feed, a hundred and some forms each, and then seven hundred."""
    folder = company.exports / "hubspot"
    (path,) = folder.glob(f"form_submissions_{FIRST}*")
    known = path.read_text(encoding="utf-8").splitlines()
    for week, (day, count) in enumerate(SUNDAYS.items()):
        forms = (json.loads(known[n % len(known)]) | {"conversion_id": f"w{week}-{n}"} for n in range(count))
        lines = (json.dumps(form, ensure_ascii=False) + "\n" for form in forms)
        (folder / f"form_submissions_{day}T150000Z.jsonl").write_text("".join(lines), encoding="utf-8")


def _source_counts(company: Built) -> None:
    """The CRM counts its own leads of two months: of one it has three more, of the other as many as came here."""
    counted = Counter(row["CreatedDate"][:7] for row in _rows(company, "leads"))
    lines = ["counted_system,table_name,month_on,row_cnt,counted_at"]
    for month, more in (("2025-05", 3), ("2025-06", 0)):
        lines.append(f"salesforce,crm_lead,{month}-01,{counted[month] + more},2026-04-04T12:00:00Z")
    path = company.exports / "cs" / f"load_log_{NEXT}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _rows(company: Built, table: str) -> list[dict[str, str]]:
    (path,) = (company.exports / "salesforce").glob(f"{table}_{FIRST}*")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _changed(row: dict[str, str]) -> dict[str, str]:
    return row | dict.fromkeys(("LastModifiedDate", "SystemModstamp"), "2026-04-01T05:00:00.000+0000")


def _write(company: Built, table: str, rows: list[dict[str, str]]) -> None:
    path = company.exports / "salesforce" / f"{table}_{NEXT}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("rule", "ma", "crm", "detail"),
    [
        ("I01", "", "", "cs"),
        ("I02", "ma of the deleted", "deleted lead", ""),
        ("B01", "ma of the deleted", "", ""),
        ("B07", "ma of the queued", "queued lead", "queue"),
        ("B15", "", "", "salesforce.crm_lead 2025-05"),
        ("B16", "", "deal without roles", ""),
        ("C03", "", "early deal", "mql after opportunity"),
        ("C04", "", "early deal", ""),
        ("D15", "", "won deal", "before_accepted"),
        ("I06", "", "", "salesforce.opportunities amount"),
        ("I07", "", "", "hubspot.form_submissions 2026-04-05"),
    ],
)
def test_a_delivery_made_by_hand_is_reported(delivered: ByHand, rule: str, ma: str, crm: str, detail: str) -> None:
    names = delivered.names
    found = reported(delivered.company, rule)
    assert len(found) == 1, found
    ((found_ma, found_crm, found_detail),) = found
    assert found_crm == (names[crm] if crm else "")
    assert not ma or found_ma == names[ma]
    assert found_detail == (names["its lead"] if rule == "C04" else detail)


def test_what_needs_the_stale_system_is_suppressed_and_says_so(delivered: ByHand) -> None:
    with duckdb.connect(str(delivered.company.warehouse), read_only=True) as connection:
        rows = connection.execute(
            "SELECT rule_code, systems, evaluation, open_cnt FROM marts.mismatch_rules"
        ).fetchall()
    with_cs = {rule for rule, systems, _, _ in rows if "cs" in systems and ("ma" in systems or "crm" in systems)}
    suppressed = {rule for rule, _, evaluation, _ in rows if evaluation == "suppressed"}
    assert suppressed == with_cs >= {"B04", "C07", "G01", "G02", "G03", "G04", "G05"}
    assert not any(
        count for rule, _, _, count in rows if rule in suppressed
    )  # the amounts would make every contract differ
