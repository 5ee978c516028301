"""Staging on a hand-made landing zone: newest versions, deletes, merges, people by address, values that fail their cast."""

import csv
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "dbt_project"
LINEAGE = "_batch_id varchar, _loaded_at timestamp, _extracted_at timestamp, _source_file varchar, _row_number bigint"
REGISTRY = "system varchar, table_name varchar, batch_id varchar, extracted_at timestamp, source_file varchar, part varchar, is_complete boolean"
DAY_1, DAY_2, DAY_3 = (f"2026-01-0{day} 00:00:00" for day in (2, 3, 4))
Row = dict[str, str | None]
Batch = tuple[str, str, bool, list[Row]]  # batch id, extraction time, whether complete, rows

LANDED: dict[tuple[str, str], list[Batch]] = {
    ("hubspot", "contacts"): [
        (
            "c1",
            DAY_1,
            True,
            [
                {
                    "id": "1",
                    "email": "A@x.jp",
                    "createdate": "2026-01-01T00:00:00Z",
                    "hs_merged_object_ids": "6;7;8:1767225600000",
                    "hs_calculated_merged_vids": "7:1767225600000",
                },
                {
                    "id": "10",
                    "email": "a@x.jp",
                    "lifecyclestage": "Marketing Qualified Lead",
                    "hs_analytics_source": "PAID_SEARCH",
                    "salesforceleadid": "00Q5g00000AbCdEEAV",
                },
                {
                    "id": "11",
                    "hs_analytics_source": "Organic social",
                    "lifecyclestage": "リード",
                    "became_a_lead_date": "1767225600000",
                },
                {
                    "id": "12",
                    "hs_analytics_source": "オフラインソース",
                    "lifecyclestage": "MQL",
                    "date_entered_marketing_qualified_lead_lifecycle_stage_pipeline": "1767225600000",
                },
                {"id": "2", "email": "b@x.jp", "hs_lifecyclestage_lead_date": "1767225600000"},
                {"id": "4", "email": "b@x.jp", "archived": "true", "archived_at": "2026-01-01T03:00:00Z"},
                {
                    "id": "5",
                    "lastmodifieddate": "2025-12-01T00:00:00Z",
                    "_fivetran_deleted": "true",
                    "_fivetran_synced": "2026-01-01T04:00:00Z",
                },
            ],
        ),
        ("c2", DAY_2, True, [{"vid": "3", "_fivetran_deleted": "true"}, {"email": "no-key@x.jp"}]),
        (
            "c3",
            DAY_3,
            True,
            [
                {"id": "20", "jobtitle": "new", "_fivetran_active": "true"},
                {"id": "20", "jobtitle": "old", "_fivetran_active": "false"},
                {"id": "21", "jobtitle": "gone", "_fivetran_active": "false"},
            ],
        ),
    ],
    ("hubspot", "contact_property_history"): [
        (
            "h1",
            DAY_1,
            True,
            [{"contact_id": "1", "name": "lifecyclestage", "value": "lead", "timestamp": "2026-01-01T00:00:00Z"}],
        ),
        (
            "h2",
            DAY_2,
            True,
            [{"vid": "1", "name": "lifecyclestage", "value": "lead", "timestamp": "2026-01-01T00:00:00Z"}],
        ),
    ],
    ("hubspot", "email_events"): [
        (
            "e1",
            DAY_1,
            True,
            [
                {"id": "e1", "created": "1767225600000", "type": "OPEN", "recipient": "a@X.jp"},
                {"id": "e2", "created": "1767225600000", "type": "OPEN", "recipient": "b@x.jp"},
                {
                    "id": "e3",
                    "created": "1767225600000",
                    "type": "CLICK",
                    "recipient": "nobody@x.jp",
                    "filtered_event": "true",
                },
                {"id": "e4", "created": "soon", "type": "CLICK", "recipient": "a@x.jp"},
            ],
        ),
        ("e2", DAY_2, True, [{"id": "e1", "created": "1767225600000", "type": "OPEN", "recipient": "a@X.jp"}]),
    ],
    ("hubspot", "form_submissions"): [
        (
            "f1",
            DAY_1,
            True,
            [
                {
                    "submitted_at": "1767225600000",
                    "values": '[{"name":"company","value":"x"},{"objectTypeId":"0-1","name":"email","value":"b@x.jp"},{"name":"note","value":"c"}]',
                },
            ],
        ),
    ],
    ("hubspot", "contact_merges"): [
        ("m1", DAY_1, True, [{"canonical_vid": "1", "vid_to_merge": "9", "timestamp": "2026-01-01T00:00:00Z"}])
    ],
    ("salesforce", "leads"): [
        (
            "l1",
            DAY_1,
            True,
            [
                {
                    "id": "00Q1",
                    "is_converted": "true",
                    "created_date": "2025-12-31T15:30:00.000+0000",
                    "hub_spot_contact_id_c": "1.0",
                },
                {
                    "id": "00Q2",
                    "is_deleted": "true",
                    "master_record_id": "00Q1",
                    "last_modified_date": "2026-01-01T01:00:00Z",
                },
                {"id": "00Q5g00000AbCdEEAV"},
            ],
        ),
        (
            "l2",
            DAY_2,
            True,
            [{"id": "00Q5g00000AbCdE", "converted_account_id": "001A0000006Vm9r", "owner_id": "a-queue of ours"}],
        ),
    ],
    ("salesforce", "lead_history"): [
        (
            "i1",
            DAY_1,
            True,
            [
                {"id": "017", "lead_id": "00Q1", "field": "leadConverted", "created_date": "2026-01-01T00:10:00Z"},
                {"id": "018", "lead_id": "00Q1", "field": "LeadSource", "created_date": "2026-01-01T00:05:00Z"},
                {"id": "019", "lead_id": "00Q1", "field": "Reject_Reason__c", "created_date": "2026-01-01T00:05:00Z"},
            ],
        )
    ],
    ("salesforce", "accounts"): [
        (
            "a1",
            DAY_1,
            True,
            [
                {"id": "001C", "name": "株式会社サンプル", "is_person_account": "false"},
                {"id": "001P", "name": "山田 花子", "is_person_account": "true"},
            ],
        )
    ],
    ("salesforce", "events"): [
        (
            "v1",
            DAY_1,
            True,
            [
                {"id": "00U1", "who_id": "00Q1", "is_child": "false", "start_date_time": "2026-01-01T01:00:00Z"},
                {"id": "00U2", "who_id": "00Q1", "is_child": "true", "start_date_time": "2026-01-01T01:00:00Z"},
                {"id": "00U3", "who_id": "00Q1", "start_date_time": "2026-01-01T03:00:00Z"},
                {"id": "00U4", "who_id": "00Q1", "is_recurrence": "true", "start_date_time": "2026-01-01T04:00:00Z"},
                {"id": "00U5", "who_id": "00Q1", "group_event_type": "3", "start_date_time": "2026-01-01T05:00:00Z"},
                {"id": "00U6", "who_id": "00Q1", "group_event_type": "1", "start_date_time": "2026-01-01T05:00:00Z"},
            ],
        )
    ],
    ("salesforce", "tasks"): [
        (
            "t1",
            DAY_1,
            True,
            [
                {
                    "id": "00T1",
                    "status": "Completed",
                    "created_date": "2026-01-01T02:00:00Z",
                    "_fivetran_active": "true",
                },
                {
                    "id": "00T1",
                    "status": "Not Started",
                    "created_date": "2026-01-01T02:00:00Z",
                    "_fivetran_active": "false",
                },
            ],
        )
    ],
    # a snapshot feed: b goes missing on day 2, c comes back; day 3 is incomplete and proves nothing
    ("generic", "ma_person"): [
        ("p1", DAY_1, True, [{"ma_id": "a", "email": "old@x.jp"}, {"ma_id": "b"}, {"ma_id": "c"}]),
        ("p2", DAY_2, True, [{"ma_id": "a", "email": "new@x.jp"}]),
        ("p2-second-file", DAY_2, True, [{"ma_id": "c"}]),
        ("p3", DAY_3, False, [{"ma_id": "c"}]),
    ],
    ("generic", "crm_lead"): [
        (
            "l1",
            DAY_1,
            True,
            [
                {"crm_lead_id": "1", "converted_opportunity_id": "7"},
                {"crm_lead_id": "2", "converted_on": "2026/1/1"},
                {"crm_lead_id": "3", "converted_opportunity_id": "8", "is_converted": "いいえ"},
                {"crm_lead_id": "4"},
            ],
        )
    ],
    ("generic", "cs_contract"): [
        (
            "k1",
            DAY_1,
            True,
            [
                {"contract_id": "1", "crm_account_id": "001A0000006Vm9r", "crm_opportunity_id": "0065g00000AbCdE"},
                {"contract_id": "2", "crm_opportunity_id": "410405000000001"},
            ],
        )
    ],
    ("generic", "ma_campaign_member"): [
        (
            "m1",
            DAY_1,
            True,
            [
                {"member_id": "1", "ma_id": "a"},
                {"member_id": "3"},
                {"member_id": "1", "ma_id": "b"},
                {"member_id": "1", "responded_at": "2026-01-01 10:00:00"},
                {"member_id": "2", "responded_at": "2026-01-01 10:00:00", "has_responded": "false"},
                {"member_id": "3"},
            ],
        )
    ],
}


def _land(landing: Path) -> None:
    """Write the zero-row declared tables, the batches and their registry, as landing does."""
    con = duckdb.connect()
    con.execute(f"create table registry ({REGISTRY})")
    for file in (PROJECT / "models" / "staging").glob("*/_*__sources.yml"):
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                folder = landing / source["name"] / table["name"]
                folder.mkdir(parents=True)
                declared = ", ".join(f'"{column["name"]}" varchar' for column in table["columns"])
                con.execute(f"create or replace table batch ({declared}, {LINEAGE})")
                con.execute(f"copy batch to '{folder}/_declared.parquet' (format parquet)")
                for batch_id, extracted_at, is_complete, rows in LANDED.get((source["name"], table["name"]), []):
                    con.execute("delete from batch")
                    for number, row in enumerate(rows, 1):
                        lineage = {"_batch_id": batch_id, "_extracted_at": extracted_at, "_row_number": number}
                        values: dict[str, Any] = {**row, **lineage}
                        names = ", ".join(f'"{name}"' for name in values)
                        marks = ", ".join("?" * len(values))
                        insert = f"insert into batch ({names}) values ({marks})"  # noqa: S608
                        con.execute(insert, list(values.values()))
                    con.execute(f"copy batch to '{folder}/{batch_id}.parquet' (format parquet)")
                    entry = [source["name"], table["name"], batch_id, extracted_at, "file.csv", "", is_complete]
                    con.execute("insert into registry values (?, ?, ?, ?, ?, ?, ?)", entry)
    con.execute(f"copy registry to '{landing}/_batches.parquet' (format parquet)")
    con.close()


@pytest.fixture(scope="module")
def query(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[tuple[Any, ...]]]:
    """Rows of a query on the staged landing zone."""
    folder = tmp_path_factory.mktemp("staging")
    _land(folder / "landing")
    warehouse = folder / "warehouse.duckdb"
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "run",
        "--project-dir",
        str(PROJECT),
        "--profiles-dir",
        str(PROJECT),
    ]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs"), "--quiet"]
    command += [
        "--vars",
        "{feed_deliveries: {generic.ma_person: snapshot}}",
        "--select",
        "cast_failures",
        "cast_checks",
    ]
    command += [
        f"+contract.{t}"
        for t in (
            "ma_person",
            "ma_merge",
            "ma_campaign_member",
            "ma_stage_history",
            "ma_activity",
            "crm_lead",
            "crm_lead_history",
            "crm_account",
            "crm_activity",
            "cs_contract",
        )
    ]
    command += ["ma_address_owners"]
    environment = {
        **os.environ,
        "TASUKI_LANDING": str(folder / "landing"),
        "TASUKI_WAREHOUSE": str(warehouse),
        "TASUKI_SEEDS": "../seeds",
        "TASUKI_AS_OF": DAY_3,
    }
    for _ in range(2):  # the second run must add nothing: batches are checked once
        done = subprocess.run(command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(warehouse), read_only=True) as con:
            return con.execute(sql).fetchall()

    return run


Query = Callable[[str], list[tuple[Any, ...]]]


def test_newest_version_and_deletion_by_absence_from_complete_snapshots(query: Query) -> None:
    rows = query("""select ma_id, email, is_deleted, cast(deleted_at as varchar)
        from contract.ma_person where source_system = 'generic' order by 1""")
    assert rows == [("a", "new@x.jp", False, None), ("b", None, True, DAY_2), ("c", None, False, None)]


def test_the_sources_own_flags_delete(query: Query) -> None:
    rows = query("""select ma_id, cast(deleted_at as varchar)
        from contract.ma_person where source_system = 'hubspot' and is_deleted order by 1""")
    assert rows == [("21", DAY_3), ("3", DAY_2), ("4", "2026-01-01 03:00:00"), ("5", "2026-01-01 04:00:00")]


def test_of_a_delivered_history_the_row_in_force_counts(query: Query) -> None:
    rows = query("select ma_id, job_title, is_deleted from contract.ma_person where ma_id in ('20', '21') order by 1")
    assert rows == [("20", "new", False), ("21", "gone", True)]
    assert query("select status from contract.crm_activity where activity_id = '00T1'") == [("Completed",)]


def test_every_record_of_a_connector_may_come_with_its_history() -> None:
    """A connector's history mode is chosen table by table: where it may say what is deleted, it may say what is in force."""
    active = {
        f"{source['name']}.{table['name']}": "_fivetran_active" in names
        for file in (PROJECT / "models" / "staging").glob("*/_*__sources.yml")
        for source in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
        if "_fivetran_deleted" in (names := [column["name"] for column in table["columns"]])
    }
    assert active and [table for table, is_told in active.items() if not is_told] == []


def test_salesforce_keeps_deleted_and_merged_leads_and_finds_the_conversion_time(query: Query) -> None:
    rows = query("""select crm_lead_id, ma_id, is_deleted, master_record_id, cast(deleted_at as varchar), cast(converted_at as varchar)
        from contract.crm_lead where source_system = 'salesforce' order by 1""")
    assert rows == [
        ("00Q1", "1", False, None, None, "2026-01-01 00:10:00"),
        ("00Q2", None, True, "00Q1", "2026-01-01 01:00:00", None),
        ("00Q5g00000AbCdEEAV", None, False, None, None, None),
    ]


def test_a_lead_that_names_its_opportunity_was_converted(query: Query) -> None:
    """Many CRMs have no box that says so beside the deal's number."""
    rows = query("select crm_lead_id, is_converted from contract.crm_lead where source_system = 'generic' order by 1")
    assert rows == [("1", True), ("2", True), ("3", False), ("4", False)]


def test_a_member_with_a_responses_time_responded(query: Query) -> None:
    rows = query(
        "select member_id, has_responded from contract.ma_campaign_member where source_system = 'generic' order by 1"
    )
    assert rows == [("1", True), ("2", False), ("3", False)]


def test_a_history_names_a_field_as_its_column_is_named(query: Query) -> None:
    rows = query("select history_id, field from contract.crm_lead_history order by 1")
    assert rows == [("017", "converted"), ("018", "lead_source"), ("019", "reject_reason")]


def test_a_salesforce_id_of_15_characters_is_completed(query: Query) -> None:
    """Reports give 15, the API 18: one record all the same, and the one that the MA names."""
    rows = query(
        "select crm_lead_id, converted_account_id, owner_id from contract.crm_lead where crm_lead_id like '00Q5%'"
    )
    assert rows == [("00Q5g00000AbCdEEAV", "001A0000006Vm9rIAC", "a-queue of ours")]
    assert query("select crm_lead_id from contract.ma_person where ma_id = '10'") == [("00Q5g00000AbCdEEAV",)]


def test_a_list_of_contracts_may_name_salesforces_ids_in_15_characters(query: Query) -> None:
    """Such lists are filled from reports. Another CRM's number of 15 digits is no such id."""
    rows = query("select crm_account_id, crm_opportunity_id from contract.cs_contract order by contract_id")
    assert rows == [("001A0000006Vm9rIAC", "0065g00000AbCdEAAV"), (None, "410405000000001")]


def test_a_meeting_counts_once(query: Query) -> None:
    """Each invited user has a copy of it in the own calendar, and one that repeats has a record of its series besides."""
    rows = query("select activity_id from contract.crm_activity where activity_type = 'meeting' order by 1")
    assert rows == [("00U1",), ("00U3",), ("00U6",)]


def test_the_account_of_a_person_has_no_name(query: Query) -> None:
    """Its name is the person's."""
    rows = query("select crm_account_id, name from contract.crm_account order by 1")
    assert rows == [("001C", "株式会社サンプル"), ("001P", None)]


def test_merged_ids_of_a_contact_are_told_apart(query: Query) -> None:
    """HubSpot lists them twice, once without times and once without some of them."""
    rows = query("select winner_id, loser_id, cast(merged_at as varchar) from contract.ma_merge order by 2")
    assert rows == [("1", "6", None), *(("1", loser, "2026-01-01 00:00:00") for loser in ("7", "8", "9"))]


def test_events_keep_the_address_they_name_and_a_repeated_one_counts_once(query: Query) -> None:
    rows = query(
        "select activity_id, ma_id, email, occurred_at is not null, is_automated from contract.ma_activity "
        "where activity_type <> 'form_submission' order by 1"
    )
    assert rows == [
        ("e1", None, "a@X.jp", True, False),
        ("e2", None, "b@x.jp", True, False),
        ("e3", None, "nobody@x.jp", True, True),
        ("e4", None, "a@x.jp", False, False),
    ]


def test_a_submission_by_api_has_its_address_among_its_fields(query: Query) -> None:
    rows = query("select ma_id, email from contract.ma_activity where activity_type = 'form_submission'")
    assert rows == [(None, "b@x.jp")]


def test_an_address_stands_for_one_contact(query: Query) -> None:
    """Two contacts share each address: the live one with the oldest id has it."""
    rows = query("select address, ma_id from conformed.ma_address_owners where source_system = 'hubspot' order by 1")
    assert rows == [("a@x.jp", "1"), ("b@x.jp", "2")]


def test_stage_dates_stand_in_for_contacts_without_history(query: Query) -> None:
    rows = query("select ma_id, new_value, change_source from contract.ma_stage_history order by 1")
    assert rows == [
        ("1", "lead", None),
        ("11", "lead", "stage date"),
        ("12", "marketingqualifiedlead", "stage date"),
        ("2", "lead", "stage date"),
    ]


def test_labels_of_lifecycle_stages_become_their_codes(query: Query) -> None:
    """HubSpot's exports by hand have labels, in the language of the portal."""
    rows = query("select ma_id, lifecycle_stage from contract.ma_person where ma_id in ('10', '11', '12') order by 1")
    assert rows == [("10", "marketingqualifiedlead"), ("11", "lead"), ("12", "marketingqualifiedlead")]


def test_labels_of_original_sources_become_their_codes(query: Query) -> None:
    """In the language of the portal, as those of stages."""
    rows = query("select ma_id, original_source from contract.ma_person where ma_id in ('10', '11', '12') order by 1")
    assert rows == [("10", "PAID_SEARCH"), ("11", "SOCIAL_MEDIA"), ("12", "OFFLINE")]


def test_types_of_tasks_in_japanese_are_of_the_types_of_their_english_words() -> None:
    with (ROOT / "seeds" / "activity_types.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["source_system"] == "salesforce"]
    types = {row["source_value"]: (row["activity_type"], row["is_response"], row["is_inbound"]) for row in rows}
    words = {
        "電話": "call",
        "メール": "email",
        "ミーティング": "meeting",
        "打ち合わせ": "meeting",
        "会議": "meeting",
        "訪問": "meeting",
    }
    assert {word: types.get(word) for word in words} == {word: types[english] for word, english in words.items()}


def test_what_fails_its_cast_lacks_its_key_or_repeats_it_is_reported_once(query: Query) -> None:
    rows = query(
        "select table_name, column_name, value, reason, batch_id, row_number from staging.cast_failures order by 1, 6"
    )
    assert rows == [
        ("contacts", "id", None, "missing key", "c2", 2),
        ("email_events", "created", "soon", "not a timestamp", "e1", 4),
        # a row that says the same as the last of its key is no loss
        ("ma_campaign_member", "member_id", "1", "followed by another row of its key", "m1", 1),
        ("ma_campaign_member", "member_id", "1", "followed by another row of its key", "m1", 3),
    ]
