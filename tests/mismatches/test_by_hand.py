"""Faults that no life carries: of our own build, spoiled in the warehouse; and of deliveries, made by hand."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.support import Builder, Built, land, settle, simulated

NEXT = "20260402T150000Z"  # two days after the only drop
AS_OF = "2026-04-02 15:00:00"


@pytest.fixture(scope="module")
def spoilt(builder: Builder, clean: Built) -> Built:
    """A copy of the company without conflicts, whose warehouse tests spoil and mend."""
    root = builder.root / "spoilt"
    shutil.copytree(clean.root, root)
    return Built(root, clean.summary)


def reported(company: Built, rule: str) -> set[tuple[str, str, str]]:
    """Records and detail of what a rule reports."""
    query = """
        SELECT coalesce(ma_record_id, ''), coalesce(crm_record_id, ''), coalesce(detail, '')
        FROM mismatches.mismatches_found WHERE rule_code = ?
    """
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        return set(connection.execute(query, [rule]).fetchall())


@pytest.mark.parametrize(
    ("rule", "spoil", "detail"),
    [
        ("F06", "UPDATE kpis.attr_rev SET numerator = numerator + 1 WHERE (subject_id, member, counted_on) = (SELECT (subject_id, member, counted_on) FROM kpis.attr_rev WHERE member = 'linear' ORDER BY ALL LIMIT 1)", "linear"),
        ("H06", "INSERT INTO marts.kpi_bridge SELECT * REPLACE ('unexplained' AS reason, 1 AS count) FROM (SELECT * FROM marts.kpi_bridge WHERE kpi_code = 'mql_cnt' AND grain = 'month' AND segment = 'all' AND component = 'numerator' AND side = 'sales' LIMIT 1)", "mql_cnt"),
        ("H08", "INSERT INTO marts.handoffs SELECT * FROM marts.handoffs LIMIT 1", "handoffs rows"),
        ("H09", "UPDATE kpis.kpi_values SET numerator = numerator + 1 WHERE kpi_code = 'opp_cnt' AND view = 'shared' AND segment = 'all' AND grain = 'month' AND period_start = DATE '2025-06-01'", "opp_cnt shared"),
        ("H10", "UPDATE kpis.kpi_values SET numerator = denominator + 1 WHERE kpi_code = 'approach_rate' AND view = 'shared' AND segment = 'all' AND grain = 'month' AND period_start = DATE '2025-06-01'", "approach_rate shared"),
    ],
)  # fmt: skip
def test_a_fault_of_our_own_build_is_reported(
    builder: Builder, spoilt: Built, rule: str, spoil: str, detail: str
) -> None:
    assert not reported(spoilt, rule)
    copy = spoilt.warehouse.with_suffix(".whole")
    shutil.copyfile(spoilt.warehouse, copy)
    try:
        with duckdb.connect(str(spoilt.warehouse)) as connection:
            table = connection.execute(
                "SELECT table_schema FROM information_schema.tables WHERE table_name = 'kpi_values' AND table_type = 'BASE TABLE'"
            ).fetchone()
            assert table is not None
            connection.execute(spoil.replace("kpis.kpi_values", f"{table[0]}.kpi_values"))
        group = f"mismatch_group_{rule[0].lower()}"
        builder.build(spoilt, select=f"{group} mismatches_in_records mismatches_found")
        found = reported(spoilt, rule)
        assert found and all(detail in row[2] for row in found), found
    finally:
        shutil.copyfile(copy, spoilt.warehouse)


@pytest.fixture(scope="module")
def delivered(builder: Builder) -> tuple[Built, dict[str, str]]:
    """A company without conflicts that gets a second delivery by hand, two days later, of marketing and sales only."""
    company = simulated(builder.root / "by-hand", people=300, seed=21, conflicts="none")
    leads, contacts, opportunities, roles = (
        _rows(company, name) for name in ("leads", "contacts", "opportunities", "opportunity_contact_roles")
    )
    open_leads = [row for row in leads if row["IsConverted"] == "false" and row["Status"] == "Rejected"]
    open_deals = [row for row in opportunities if row["IsClosed"] == "false"]
    deleted, deal = open_leads[0], open_deals[0]
    names = {"lead": deleted["Id"], "ma": deleted["HubSpot_Contact_ID__c"], "deal": deal["Id"]}
    _write(company, "leads", [_changed(deleted) | {"IsDeleted": "true"}])
    _write(
        company, "opportunity_contact_roles",
        [row | {"IsDeleted": "true"} for row in roles if row["OpportunityId"] == deal["Id"]],
    )  # fmt: skip
    _write(
        company, "opportunities", [_changed(row) | {"Amount": str(int(row["Amount"]) // 1000)} for row in opportunities]
    )
    _write(company, "contacts", [_changed(row) for row in contacts[:1]])
    (hubspot,) = (company.exports / "hubspot").glob("contacts_2*.jsonl")
    shutil.copyfile(hubspot, hubspot.with_name(f"contacts_{NEXT}.jsonl"))
    settle(company.exports)
    land(company)
    builder.build(company, as_of=AS_OF)
    return company, names


def _rows(company: Built, table: str) -> list[dict[str, str]]:
    (path,) = (company.exports / "salesforce").glob(f"{table}_2*.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _changed(row: dict[str, str]) -> dict[str, str]:
    return row | dict.fromkeys(("LastModifiedDate", "SystemModstamp"), "2026-04-01T05:00:00.000+0000")


def _write(company: Built, table: str, rows: list[dict[str, str]]) -> None:
    path: Path = company.exports / "salesforce" / f"{table}_{NEXT}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("I01", lambda names: ("", "", "cs")),
        ("I02", lambda names: (names["ma"], names["lead"], "")),
        ("B01", lambda names: (names["ma"], "", "")),
        ("B16", lambda names: ("", names["deal"], "")),
        ("I06", lambda names: ("", "", "salesforce.opportunities amount")),
    ],
)
def test_a_delivery_made_by_hand_is_reported(
    delivered: tuple[Built, dict[str, str]], rule: str, expected: Callable[[dict[str, str]], tuple[str, str, str]]
) -> None:
    company, names = delivered
    assert expected(names) in reported(company, rule)


def test_what_needs_the_stale_system_is_not_evaluated(delivered: tuple[Built, dict[str, str]]) -> None:
    company, _ = delivered
    for rule in ("G01", "G02", "G03", "G04", "G05"):
        assert not reported(company, rule)
