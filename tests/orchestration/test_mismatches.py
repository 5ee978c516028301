"""`tasuki mismatches` and `tasuki explain` on the sample company."""

import csv
import io
import json

from tests.conftest import Company


def test_the_queue_is_filtered_and_put_out_as_asked(sample_company: Company) -> None:
    rows = json.loads(sample_company.tasuki("mismatches", "--json").out)
    assert rows and all(row["status"] == "new" for row in rows), "the first version has seen nothing before"
    counted = sample_company.sql("select count(*) as cnt from marts.mismatches where status = 'new'")
    assert len(rows) == counted[0]["cnt"]
    text = sample_company.tasuki("mismatches", "--csv", "--team", "OPS", "--severity", "S1").out
    listed = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["mismatch_id"] for row in listed] == [
        row["mismatch_id"] for row in rows if (row["team"], row["severity"]) == ("OPS", "S1")
    ]
    assert {
        row["rule_code"] for row in json.loads(sample_company.tasuki("mismatches", "--json", "--rule", "b04").out)
    } == {"B04"}
    wrong = sample_company.tasuki("mismatches", "--team", "Sales")
    assert wrong.code == 2 and "MKT" in wrong.err
    unknown = sample_company.tasuki("mismatches", "--rule", "Z99")
    assert unknown.code == 2 and "A01" in unknown.err


def test_explain_tells_rule_records_and_history_without_personal_data(sample_company: Company) -> None:
    rows = json.loads(sample_company.tasuki("mismatches", "--json", "--rule", "B01").out)
    row = rows[0]
    told = sample_company.tasuki("explain", row["mismatch_id"][:12])
    assert told.code == 0, told.err
    for text in (
        row["ma_record_id"],
        row["rule_name_ja"],
        row["action_en"],
        "b01_mql_without_crm_record.sql",
        "  found",
    ):
        assert text in told.out
    contacts = sample_company.root / "var" / "sample" / "exports" / "hubspot"
    people = [json.loads(line) for file in contacts.glob("contacts*.jsonl") for line in file.open(encoding="utf-8")]
    person = next(person for person in people if person["id"] == row["ma_record_id"])
    email = person["properties"]["email"]
    assert email and email not in told.out
    assert email in sample_company.tasuki("explain", row["mismatch_id"], "--personal").out
    assert sample_company.tasuki("explain", "nothing").code == 2


def test_explain_shows_which_field_and_records_of_every_kind(sample_company: Company) -> None:
    for rule, shown in (("B08", "Detail: "), ("D06", "deal_id"), ("E07", "activity_id")):
        row = json.loads(sample_company.tasuki("mismatches", "--json", "--rule", rule).out)[0]
        told = sample_company.tasuki("explain", row["mismatch_id"]).out.split("\nHistory (")[0]
        assert shown + (row["detail"] if rule == "B08" else "") in told, told


def test_the_summary_counts_by_severity(sample_company: Company) -> None:
    text = (sample_company.root / "run.txt").read_text(encoding="utf-8")
    count = sample_company.sql("select count(*) as cnt from marts.mismatches where severity = 'S1'")[0]["cnt"]
    assert f"  S1  {count:,} ({count:,} new)" in text
