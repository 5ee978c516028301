"""Exports made by hand, through the whole project: a deal closed in the first hours of the fiscal year, the worked example of cohort and
period, and what the simulated company has not."""

import csv
import json
from datetime import date
from pathlib import Path

import duckdb
import pytest

from tests.support import Builder, Built, land, sample_config, settle

AS_OF = "2026-04-10 00:00:00"
FILE = "{}_20260410T000000Z.{}"

# opportunity: the record's stage, close date (Salesforce writes it in UTC), currency, whether deleted; its history
DEALS: dict[str, tuple[str, str, str, bool, list[tuple[str, str]]]] = {
    # 1 April 08:30 in Japan
    "edge": ("Closed Won", "2026-03-31", "JPY", False, [("2026-02-01T00:00:00", "Qualification"), ("2026-03-31T23:30:00", "Closed Won")]),
    "plain": ("Closed Won", "2026-03-20", "JPY", False, [("2026-02-01T00:00:00", "Qualification"), ("2026-03-20T03:00:00", "Closed Won")]),
    # opened again, which the record does not show
    "stale": ("Closed Won", "2026-03-10", "JPY", False, [("2026-02-01T00:00:00", "Qualification"), ("2026-03-10T03:00:00", "Closed Won"), ("2026-03-12T03:00:00", "Negotiation/Review")]),
    "ahead": ("Closed Won", "2026-04-30", "JPY", False, [("2026-02-01T00:00:00", "Qualification"), ("2026-04-05T03:00:00", "Closed Won")]),
    "gone": ("Closed Won", "2026-03-05", "JPY", True, [("2026-02-01T00:00:00", "Qualification"), ("2026-03-05T03:00:00", "Closed Won")]),
    # the first rate of the euro is of 1 January 2024, which had begun in Japan only
    "euro": ("Closed Won", "2023-12-31", "EUR", False, [("2023-12-01T00:00:00", "Qualification"), ("2023-12-31T15:30:00", "Closed Won")]),
    # a dollar was 148 yen in 2025 and 150 in 2026
    "dollar": ("Closed Won", "2025-12-31", "USD", False, [("2025-12-01T00:00:00", "Qualification"), ("2025-12-31T15:30:00", "Closed Won")]),
}  # fmt: skip

# The worked example of docs/kpis.md §5: MQLs per month, a tenth of which becomes an opportunity in the next month and a tenth in the month after
MQLS = {1: 100, 2: 200, 3: 400, 4: 50}


def worked_example() -> dict[str, list[dict[str, object]]]:
    """Rows by table: each lead is an MQL and handed over on the 10th, and comes into the CRM on that day."""
    tables: dict[str, list[dict[str, object]]] = {
        name: [] for name in ("contacts", "property_history", "leads", "opportunities", "opportunity_history")
    }
    for month, count in MQLS.items():
        for no in range(count):
            name, address, tenth = f"{month}-{no}", f"{month}-{no}@example.com", no * 10 // count
            day, later = f"2025-{month:02}-10", f"2025-{month + 1 + tenth:02}-10"
            tables["contacts"].append({
                "id": name, "createdAt": f"{day}T01:00:00.000Z", "updatedAt": f"{day}T02:00:00.000Z", "archived": False,
                "properties": {"email": address, "lifecyclestage": "salesqualifiedlead", "createdate": f"{day}T01:00:00.000Z"},
            })  # fmt: skip
            tables["property_history"] += [
                {"contact_id": name, "name": "lifecyclestage", "value": value, "timestamp": f"{day}T{hour}:00:00.000Z", "source": "CRM_UI"}
                for value, hour in (("lead", "01"), ("marketingqualifiedlead", "02"), ("salesqualifiedlead", "03"))
            ]  # fmt: skip
            converts = tenth < 2
            tables["leads"].append({
                "Id": name, "IsDeleted": "false", "LastName": name, "Email": address, "Status": "Open - Not Contacted",
                "HubSpot_Contact_ID__c": name, "IsConverted": str(converts).lower(), "ConvertedDate": later if converts else "",
                "ConvertedOpportunityId": name if converts else "",
                **dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), f"{day}T04:00:00.000+0000"),
            })  # fmt: skip
            if converts:
                created = dict.fromkeys(
                    ("CreatedDate", "LastModifiedDate", "SystemModstamp"), f"{later}T03:00:00.000+0000"
                )
                tables["opportunities"].append({
                    "Id": name, "IsDeleted": "false", "Name": name, "StageName": "Qualification", "Amount": 1000, "CurrencyIsoCode": "JPY",
                    "CloseDate": "2026-12-31", "Type": "New Business", "IsClosed": "false", "IsWon": "false", **created,
                })  # fmt: skip
                tables["opportunity_history"].append({
                    "Id": f"{name}-0", "OpportunityId": name, "StageName": "Qualification", "Amount": 1000, "CreatedDate": created["CreatedDate"],
                })  # fmt: skip
    return tables


def write(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    with (folder / FILE.format(name, "csv")).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture(scope="module")
def company(builder: Builder) -> Built:
    company = Built(builder.root / "hand-made")
    company.root.mkdir()
    sample_config(company.root)
    crm, ma = company.exports / "salesforce", company.exports / "hubspot"
    opportunities: list[dict[str, object]] = []
    history: list[dict[str, object]] = []
    for name, (stage, close_on, currency, is_deleted, stages) in DEALS.items():
        opportunities.append({
            "Id": name, "IsDeleted": str(is_deleted).lower(), "Name": name, "StageName": stage, "Amount": 1000,
            "CurrencyIsoCode": currency, "CloseDate": close_on, "Type": "New Business", "IsClosed": "true", "IsWon": "true",
            "CreatedDate": f"{stages[0][0]}.000+0000", "LastModifiedDate": f"{stages[-1][0]}.000+0000",
            "SystemModstamp": f"{stages[-1][0]}.000+0000",
        })  # fmt: skip
        history += [
            {
                "Id": f"{name}-{no}",
                "OpportunityId": name,
                "StageName": entered,
                "Amount": 1000,
                "CreatedDate": f"{at}.000+0000",
            }
            for no, (at, entered) in enumerate(stages)
        ]
    example = worked_example()
    opened = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), "2026-03-06T03:00:00.000+0000")
    opportunities.append({**opportunities[0], "Id": "undated-deal", "StageName": "Qualification", "CloseDate": "2026-12-31", "IsClosed": "false", "IsWon": "false", **opened})  # fmt: skip
    write(crm, "opportunities", opportunities + example["opportunities"])
    write(crm, "opportunity_history", history + example["opportunity_history"])
    # joined by the address alone: the CRM's lead does not carry the MA's id
    lead = {
        "Id": "lead",
        "IsDeleted": "false",
        "LastName": "山田",
        "Email": "yamada@acme.example",
        "Status": "Open - Not Contacted",
    }
    created = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), "2026-02-03T03:00:00.000+0000")
    unconverted = {
        "HubSpot_Contact_ID__c": "",
        "IsConverted": "false",
        "ConvertedDate": "",
        "ConvertedOpportunityId": "",
    }
    # of the contacts nobody knows when they were created; the one came into the CRM, and became a deal
    of_undated = {
        **lead, "Id": "undated-deal", "Email": "", "HubSpot_Contact_ID__c": "undated-deal", "IsConverted": "true", "ConvertedDate": "2026-03-06",
        "ConvertedOpportunityId": "undated-deal", **dict.fromkeys(created, "2026-02-05T04:00:00.000+0000"),
    }  # fmt: skip
    write(crm, "leads", [{**lead, **unconverted, **created}, of_undated, *example["leads"]])
    stages_of_contact = [("lead", "01"), ("marketingqualifiedlead", "02"), ("salesqualifiedlead", "03")]
    write(ma, "contact_property_history", [
        {"contact_id": "1", "name": "lifecyclestage", "value": value, "timestamp": f"2026-02-{day}T01:00:00.000Z", "source": "CRM_UI"}
        for value, day in stages_of_contact
    ] + [
        {"contact_id": contact, "name": "lifecyclestage", "value": value, "timestamp": f"2026-02-05T0{hour}:00:00.000Z", "source": "CRM_UI"}
        for contact, count in (("undated", 2), ("undated-deal", 3))
        for hour, (value, _) in list(enumerate(stages_of_contact, start=1))[:count]
    ] + example["property_history"])  # fmt: skip
    contact = {
        "id": "1", "createdAt": "2026-02-01T01:00:00.000Z", "updatedAt": "2026-02-03T01:00:00.000Z", "archived": False,
        "properties": {"email": "yamada@acme.example", "lastname": "山田", "lifecyclestage": "salesqualifiedlead", "createdate": "2026-02-01T01:00:00.000Z"},
    }  # fmt: skip
    undated = [
        {"id": name, "archived": False, "properties": {"lastname": name}} for name in ("undated", "undated-deal")
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in (contact, *undated, *example["contacts"])]
    (ma / FILE.format("contacts", "jsonl")).write_text("\n".join(lines) + "\n", encoding="utf-8")
    settle(company.exports)
    land(company)
    builder.build(company, as_of=AS_OF)
    return company


def test_the_first_hours_of_april_are_of_the_new_fiscal_year(company: Built) -> None:
    """The CRM dates the deal 31 March, in UTC. Sales's own count follows it into the old year; the shared one does not."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        won = connection.execute("""
            SELECT won_on, fiscal_year FROM conformed.con_opportunities JOIN marts.calendar ON won_on = date_on
            WHERE crm_opportunity_id = 'edge'
        """).fetchall()
        rows = connection.execute("""
            SELECT view, counted_on, fiscal_year_start_on FROM marts.kpi_rows
            JOIN conformed.con_opportunities ON subject_id = opportunity_id JOIN marts.calendar ON counted_on = date_on
            WHERE kpi_code = 'won_cnt' AND crm_opportunity_id = 'edge' AND view <> 'marketing' ORDER BY view
        """).fetchall()
        years = connection.execute("""
            SELECT period_start, numerator FROM marts.kpi_values
            WHERE kpi_code = 'won_cnt' AND view = 'shared' AND grain = 'fiscal_year' AND segment = 'all' AND n > 0 ORDER BY 1
        """).fetchall()
    assert won == [(date(2026, 4, 1), 2026)]
    assert rows == [
        ("sales", date(2026, 3, 31), date(2025, 4, 1)),
        ("shared", date(2026, 4, 1), date(2026, 4, 1)),
    ]
    # euro and dollar · plain · edge and ahead
    assert years == [(date(2023, 4, 1), 1), (date(2025, 4, 1), 2), (date(2026, 4, 1), 2)]


def test_the_worked_example_of_cohort_and_period(company: Built) -> None:
    """From the exports to kpi_values: a true 20 % that the period basis shows as 7.5 % while MQLs grow and as 120 % when they shrink."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        rows = connection.execute("""
            SELECT basis, month(period_start), numerator, denominator, value FROM marts.kpi_values
            WHERE kpi_code = 'opp_rate' AND view = 'shared' AND grain = 'month' AND segment = 'all'
                AND period_start IN ('2025-03-01', '2025-04-01') ORDER BY ALL
        """).fetchall()
        mqls = connection.execute("""
            SELECT month(period_start), numerator FROM marts.kpi_values
            WHERE kpi_code = 'mql_cnt' AND view = 'shared' AND grain = 'month' AND segment = 'all' AND year(period_start) = 2025 AND n > 0
            ORDER BY ALL
        """).fetchall()
    assert dict(mqls) == MQLS
    assert rows == [
        ("cohort", 3, 80, 400, 0.2),
        ("cohort", 4, 10, 50, 0.2),
        ("period", 3, 30, 400, 0.075),
        ("period", 4, 60, 50, 1.2),
    ]


def test_each_cause_has_its_name(company: Built) -> None:
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        deals = connection.execute("""
            SELECT DISTINCT crm_opportunity_id, kpi_code, reason FROM marts.kpi_bridge_rows
            JOIN conformed.con_opportunities ON subject_id = opportunity_id
            WHERE side = 'sales' AND kpi_code IN ('won_cnt', 'won_amt') ORDER BY ALL
        """).fetchall()
        mqls = connection.execute(
            "SELECT side, reason, count FROM marts.kpi_bridge_rows WHERE kpi_code = 'mql_cnt'"
        ).fetchall()
        unexplained = connection.execute("SELECT * FROM marts.kpi_bridge_rows WHERE reason = 'unexplained'").fetchall()
    assert deals == [
        ("ahead", "won_amt", "closes_later"),
        ("ahead", "won_cnt", "closes_later"),
        ("dollar", "won_amt", "amount_differs"),
        ("dollar", "won_amt", "dated_differently"),
        ("dollar", "won_cnt", "dated_differently"),
        ("edge", "won_amt", "dated_differently"),
        ("edge", "won_cnt", "dated_differently"),
        ("euro", "won_amt", "not_priced"),
        ("euro", "won_cnt", "dated_differently"),
        ("gone", "won_amt", "removed"),
        ("gone", "won_cnt", "removed"),
        ("stale", "won_amt", "not_won"),
        ("stale", "won_cnt", "not_won"),
    ]
    assert sorted(mqls) == [("sales", "no_ma_id", -1), ("sales", "not_handed_over", -1)]
    assert unexplained == []


def test_what_has_no_date_says_so(company: Built) -> None:
    """A contact whose creation is not known is no new lead of any day for the shared view, and had no first touch before its deal."""
    with duckdb.connect(str(company.warehouse), read_only=True) as connection:
        found = connection.execute("""
            SELECT kpi_code, component, ma_record_id, count FROM marts.kpi_bridge_rows
            WHERE side = 'marketing' AND reason = 'undated' ORDER BY ALL
        """).fetchall()
    assert found == [
        ("lead_new", "numerator", "undated", -1),
        ("mkt_sourced_pipe", "numerator", "undated-deal", 1),
        ("mql_rate", "denominator", "undated", -1),
        ("mql_rate", "numerator", "undated", -1),
    ]
