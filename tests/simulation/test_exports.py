"""The exports: the same bytes for the same seed, shapes of the vendors, one company however it is delivered."""

import resource
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchestration.simulation import simulate
from orchestration.simulation.names import corporate_number, half_width_kana
from orchestration.simulation.render import TABLES
from tests.simulation.reading import checksums, contacts, export_rows, key_rows, planted

STATES = {
    ("salesforce", "leads"): "Id",
    ("salesforce", "contacts"): "Id",
    ("salesforce", "opportunities"): "Id",
    ("salesforce", "accounts"): "Id",
    ("salesforce", "campaign_members"): "Id",
    ("cs", "契約一覧"): "契約番号",
}
EVENTS = [
    ("hubspot", "contact_property_history"),
    ("hubspot", "email_events"),
    ("hubspot", "contact_merges"),
    ("salesforce", "lead_history"),
    ("salesforce", "opportunity_history"),
    ("salesforce", "tasks"),
    ("salesforce", "events"),
]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        simulate(tmp_path / name, people=150, seed=seed)
    assert checksums(tmp_path / "a") == checksums(tmp_path / "b")
    assert checksums(tmp_path / "a") != checksums(tmp_path / "c")


def test_every_table_is_written_and_has_rows(default_company: Path) -> None:
    for table in TABLES.values():
        (path,) = (default_company / "exports" / table.system).glob(f"{table.file}_20260331T150000Z.*")
        encoding = "cp932" if table.shape == "cs" else "utf-8"
        assert len(path.read_text(encoding=encoding).splitlines()) > (3 if table.shape == "cs" else 1), path.name


def test_customer_success_exports_cp932_below_two_title_lines(default_company: Path) -> None:
    (path,) = (default_company / "exports" / "cs").glob("契約一覧_*.csv")
    lines = path.read_bytes().decode("cp932").splitlines()
    assert lines[0] == "契約一覧"
    assert lines[2].startswith("契約番号,取引先ID,商談ID")


def test_nothing_happens_after_the_extraction(default_company: Path) -> None:
    for system, table in (
        ("salesforce", "lead_history"),
        ("salesforce", "opportunity_history"),
        ("salesforce", "tasks"),
    ):
        assert max(row["CreatedDate"] for row in export_rows(default_company, system, table)) < "2026-03-31T15:00:00"
    history = export_rows(default_company, "hubspot", "contact_property_history")
    assert max(row["timestamp"] for row in history) < "2026-03-31T15:00:00"
    assert max(int(row["created"]) for row in export_rows(default_company, "hubspot", "email_events")) < 1774969200000


def test_ids_are_unique_and_links_point_somewhere(default_company: Path) -> None:
    keys = {name: key for (system, name), key in STATES.items() if system == "salesforce"}
    ids = {name: [row[key] for row in export_rows(default_company, "salesforce", name)] for name, key in keys.items()}
    for name, values in ids.items():
        assert len(values) == len(set(values)), name
    opportunities = export_rows(default_company, "salesforce", "opportunities")
    homeless = planted(default_company, "D03") | planted(default_company, "D03", "near_misses")
    assert {row["AccountId"] for row in opportunities if row["Id"] not in homeless} <= set(ids["accounts"])
    lost = {
        row["record_ids"].split(";")[1]
        for row in key_rows(default_company, "conflicts")
        if row["boundary"] + row["kind"] == "B2lost"
    }
    leads = export_rows(default_company, "salesforce", "leads")
    named = {row["ConvertedOpportunityId"] for row in leads} - {""}
    assert named - set(ids["opportunities"]) == lost


def test_merge_losers_are_gone_from_the_contacts_but_keep_their_history(default_company: Path) -> None:
    losers = {row["vid_to_merge"] for row in export_rows(default_company, "hubspot", "contact_merges")}
    shown = contacts(default_company)
    listed = {ident for row in shown for ident in (row["hs_merged_object_ids"] or "").split(";")} - {""}
    assert losers and losers == listed
    assert losers & {row["id"] for row in shown if not row["archived"]} == planted(default_company, "A05")
    assert len(losers - {row["id"] for row in shown}) > len(losers) / 2
    assert losers & {row["contact_id"] for row in export_rows(default_company, "hubspot", "contact_property_history")}


def test_close_dates_are_the_day_before_when_closed_in_the_night(default_company: Path) -> None:
    nights = [
        row for row in export_rows(default_company, "salesforce", "opportunity_history")
        if row["StageName"].startswith("Closed") and row["CreatedDate"][11:13] >= "15"
    ]  # fmt: skip
    assert nights
    assert all(row["CloseDate"] == row["CreatedDate"][:10] for row in nights)


def test_what_sales_rewrites_is_in_the_history(default_company: Path) -> None:
    plans: dict[str, set[str]] = {}
    amounts: dict[str, set[str]] = {}
    for row in export_rows(default_company, "salesforce", "opportunity_history"):
        if not row["StageName"].startswith("Closed"):
            plans.setdefault(row["OpportunityId"], set()).add(row["CloseDate"])
            amounts.setdefault(row["OpportunityId"], set()).add(row["Amount"])
    assert max(map(len, plans.values())) > 2
    assert max(map(len, amounts.values())) > 1
    rejected = [
        row["Reject_Reason__c"]
        for row in export_rows(default_company, "salesforce", "leads")
        if row["Status"] == "Rejected"
    ]
    assert "" in rejected and any(rejected)
    lost = [
        row["Loss_Reason__c"]
        for row in export_rows(default_company, "salesforce", "opportunities")
        if row["StageName"] == "Closed Lost"
    ]
    assert {"", "競合", "他社決定"} <= set(lost)
    answers = export_rows(default_company, "cs", "顧客満足度")
    assert "" in {row["推奨度"] for row in answers} and "" not in {row["満足度"] for row in answers}
    live = {row["稼働日時"] == "" for row in export_rows(default_company, "cs", "契約一覧")}
    assert live == {True, False}


def test_daily_drops_add_up_to_the_single_delivery(tmp_path: Path) -> None:
    simulate(tmp_path / "one", people=250, seed=5, key=False)
    simulate(tmp_path / "many", people=250, seed=5, drops=12)
    for (system, table), key in STATES.items():
        one = {row[key]: row for row in export_rows(tmp_path / "one", system, table)}
        many = {row[key]: row for row in export_rows(tmp_path / "many", system, table)}
        assert one == many, table
    for system, table in EVENTS:
        one_rows, many_rows = (
            sorted(tuple(row.values()) for row in export_rows(tmp_path / name, system, table))
            for name in ("one", "many")
        )
        assert one_rows == many_rows, table
    alive = {row["id"]: row for row in contacts(tmp_path / "one") if not row["archived"]}
    assert alive == {row["id"]: row for row in contacts(tmp_path / "many") if not row["archived"]}
    assert len(list((tmp_path / "many" / "exports" / "hubspot").glob("contacts_*"))) == 12


def test_some_rows_of_the_drops_are_late(tmp_path: Path) -> None:
    simulate(tmp_path, people=400, seed=5, drops=12, key=False)
    late = 0
    for path in (tmp_path / "exports" / "hubspot").glob("contact_property_history_*.csv"):
        drop = path.stem[-16:-1]
        if drop > "20260321":
            days = [
                line.split(",")[3][:10].replace("-", "")
                for line in path.read_text(encoding="utf-8-sig").splitlines()[1:]
            ]
            late += sum(day < str(int(drop[:8]) - 1) for day in days)
    assert late > 0


def test_corporate_numbers_and_kana() -> None:
    assert corporate_number(12_050_002) == "7000012050002"
    assert half_width_kana("デザインヴ") == "ﾃﾞｻﾞｲﾝｳﾞ"


def test_unusable_arguments_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="people = 0"):
        simulate(tmp_path, people=0)


def test_the_scale_path_is_fast_and_small(tmp_path: Path) -> None:
    began = time.process_time()
    summary = simulate(tmp_path, people=20_000, activities_per_person=50, fmt="parquet", key=False)
    rate = sum(summary.rows.values()) / (time.process_time() - began)
    assert rate > 20_000, f"{rate:,.0f} rows per cpu second"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2 * 1024 * 1024
    (mails,) = (tmp_path / "exports" / "hubspot").glob("email_events_*.parquet")
    assert pq.read_metadata(mails).num_rows == summary.rows["email_events"] > 800_000
