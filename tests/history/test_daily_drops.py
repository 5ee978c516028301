"""Ten daily deliveries, each built and recorded: the mart `mismatches` against a fold of what each day's rules reported."""

import csv
import hashlib
import shutil
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.ledger import declare_records
from orchestration.simulation.clock import JST, BusinessHours, from_date
from orchestration.simulation.seeds import FROZEN_SEEDS
from tests.history.publishes import Run, fold, record
from tests.support import Builder, Built, land, settle, simulated, withhold

DAYS = range(1, 11)
# The MA delivers nothing on the sixth and seventh day, and all of it on the eighth: on the seventh it lags more than 24 hours.
SILENT = (6, 7)
EXCEPTED_FROM, EXCEPTED_UNTIL = 5, date(2026, 3, 30)  # the day of the eighth delivery, in Japan
# `restless` is changed every day, so it never lies behind the cut-off: that it differs as it did the day before is what tells.
BROUGHT = {
    "amount": {2: "", 4: "back", 5: ""},
    "excepted": {3: ""},
    "opt-out": {3: "true", 9: "back"},
    "restless": {**dict.fromkeys(DAYS, "鉱業"), 1: "back", 9: "back", 10: "back"},
}
RULE = {"amount": "D05", "excepted": "D05", "opt-out": "E02", "restless": "B08"}
# While the MA is silent, as_of stays where it was: the sixth and seventh publish stand in the place of the fifth.
TOLD = {
    "amount": [None, "new", "persisting", "resolved", "reopened", "reopened", "reopened", "persisting", "persisting", "persisting"],
    "excepted": [None, None, "new", "persisting", "accepted", "accepted", "accepted", "accepted", "reopened", "persisting"],
    "opt-out": [None, None, None, "new", "persisting", "persisting", "not_evaluated", "persisting", "resolved", "resolved"],
    "restless": [None, None, "new", "persisting", "persisting", "persisting", "not_evaluated", "persisting", "resolved", "resolved"],
}  # fmt: skip
STATUSES = {"new", "persisting", "reopened", "accepted", "resolved", "not_evaluated"}


@dataclass(frozen=True)
class Corrected:
    """A record of the CRM that is broken and mended by hand: its row in the first delivery, and the field."""

    table: str
    row: dict[str, str]
    field: str


def chosen(company: Built) -> dict[str, Corrected]:
    """Two won opportunities and two leads that no later delivery touches."""
    deals = _untouched(company, "opportunities")
    won = [row for row in deals if row["IsWon"] == "true" and row["IsDeleted"] == "false" and row["Amount"]]
    leads = [
        row
        for row in _untouched(company, "leads")
        if row["HubSpot_Contact_ID__c"]
        and row["Industry"]
        and (row["IsConverted"], row["IsDeleted"], row["HasOptedOutOfEmail"]) == ("false", "false", "false")
    ]
    return {
        "amount": Corrected("opportunities", won[0], "Amount"),
        "excepted": Corrected("opportunities", won[1], "Amount"),
        "opt-out": Corrected("leads", leads[0], "HasOptedOutOfEmail"),
        "restless": Corrected("leads", leads[1], "Industry"),
    }


def _untouched(company: Built, table: str) -> list[dict[str, str]]:
    first, *later = [_read(path) for path in sorted((company.exports / "salesforce").glob(f"{table}_2*.csv"))]
    touched = {row["Id"] for rows in later for row in rows}
    return [row for row in first if row["Id"] not in touched]


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def bring(company: Built, day: int, records: dict[str, Corrected]) -> None:
    """Add the day's corrections to the day's files."""
    for name, changes in BROUGHT.items():
        if day in changes:
            corrected = records[name]
            path = sorted((company.exports / "salesforce").glob(f"{corrected.table}_2*.csv"))[-1]
            at = datetime.strptime(path.stem.rsplit("_", 1)[1], "%Y%m%dT%H%M%SZ") - timedelta(hours=1)
            value = corrected.row[corrected.field] if changes[day] == "back" else changes[day]
            changed = dict.fromkeys(("LastModifiedDate", "SystemModstamp"), f"{at:%Y-%m-%dT%H:%M:%S}.000+0000")
            with path.open("a", encoding="utf-8", newline="") as file:
                csv.DictWriter(file, list(corrected.row), lineterminator="\n").writerow(
                    corrected.row | {corrected.field: value} | changed
                )


REASON, APPROVER = "The customer signs the final amount on the 30th", "FS lead"


def except_it(company: Built, deal: str) -> None:
    """Sales may leave this opportunity without an amount for some days."""
    lines = "rule_code,ma_record_id,crm_record_id,detail,reason,accepted_by,accepted_until"
    lines += f"\nD05,,{deal},,{REASON},{APPROVER},{EXCEPTED_UNTIL}\n"
    (company.root / "var" / "sample" / "seeds" / "mismatch_exceptions.csv").write_text(lines, encoding="utf-8")


def observed(company: Built, excepted: str | None) -> tuple[Run, dict[str, tuple[str, str]]]:
    """What today's rules report, whether it is excepted, and both values of each mismatch."""
    as_of = datetime.fromisoformat(company.as_of)
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        rules = con.execute("SELECT rule_code FROM mismatches.mismatch_definitions WHERE is_evaluated").fetchall()
        rows = con.execute(
            "SELECT rule_code, concat_ws('|', coalesce(ma_table, ''), coalesce(ma_record_id, ''), coalesce(crm_table, ''), "
            "coalesce(crm_record_id, ''), coalesce(detail, '')), crm_record_id, ma_value, crm_value, mismatch_id "
            "FROM mismatches.mismatches_found"
        ).fetchall()
    run = Run(as_of, {rule for (rule,) in rules})
    values = {}
    is_in_force = (as_of + timedelta(seconds=JST)).date() <= EXCEPTED_UNTIL
    for rule, named, crm, ma_value, crm_value, mismatch in rows:
        assert mismatch == hashlib.md5(f"{rule}|{named}".encode()).hexdigest()  # noqa: S324
        run.found[(rule, mismatch)] = is_in_force and rule == "D05" and crm == excepted
        values[mismatch] = (ma_value, crm_value)
    return run, values


def queue(company: Built) -> dict[str, tuple[object, ...]]:
    """mismatch -> status, first seen, opened, last seen, resolved, age and both values, as the mart tells."""
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        rows = con.execute(
            "SELECT mismatch_id, status, first_seen_at, opened_at, last_seen_at, resolved_at, age_business_days, ma_value, crm_value "
            "FROM marts.mismatches"
        ).fetchall()
    told = {row[0]: row[1:] for row in rows}
    assert len(told) == len(rows)
    return told


def acceptances(company: Built) -> set[tuple[str, str, str]]:
    """Status of what has an acceptance, who accepted it and why, as the mart tells."""
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        query = "SELECT status, accepted_by, accepted_reason FROM marts.mismatches WHERE accepted_until IS NOT NULL"
        return set(con.execute(query).fetchall())


def statuses(company: Built) -> dict[tuple[str, str], str]:
    """Rule and record of the CRM -> status, as the mart tells."""
    with duckdb.connect(str(company.warehouse), read_only=True) as con:
        rows = con.execute("SELECT rule_code, crm_record_id, status FROM marts.mismatches").fetchall()
    return {(rule, crm): status for rule, crm, status in rows}


def business_days(calendar: BusinessHours, start: datetime, end: datetime) -> int:
    """Business days after the Japanese date of `start` up to that of `end`."""
    first, last = (from_date((at + timedelta(seconds=JST)).date()) for at in (start, end))
    return sum(calendar.is_open_day(day) for day in range(first + 1, last + 1))


@pytest.mark.prove
def test_ten_daily_deliveries_tell_the_history_that_happened(builder: Builder) -> None:
    company = simulated(builder.root / "ten-days", people=200, seed=7, drops=len(DAYS))
    records = chosen(company)
    excepted = records["excepted"].row["Id"]
    calendar = BusinessHours(FROZEN_SEEDS)
    declare_records(company.config.landing_dir)
    deliver = withhold(company)
    runs: list[Run] = []
    values: dict[tuple[str, datetime], tuple[str, str]] = {}  # by when they were seen
    story: dict[str, list[str | None]] = {name: [] for name in records}
    seen: set[str] = set()
    for day in DAYS:
        if day in SILENT:
            deliver(day, "salesforce", "cs")
        else:
            for missed in (*SILENT, day) if day == SILENT[-1] + 1 else (day,):
                deliver(missed)
        bring(company, day, records)
        if day == EXCEPTED_FROM:
            except_it(company, excepted)
        settle(company.exports)
        land(company)
        builder.build(company)
        run, now = observed(company, excepted if day >= EXCEPTED_FROM else None)
        runs.append(run)
        values |= {(name, run.as_of): both for name, both in now.items()}
        told = queue(company)
        wanted = {
            name: (*state, business_days(calendar, state[2], state[4] or run.as_of), *values[name, state[3]])
            for name, state in fold(runs).items()
        }
        assert told == wanted, day
        seen |= {str(state[0]) for state in told.values()}
        is_accepted = any(state[0] == "accepted" for state in told.values())
        assert acceptances(company) == ({("accepted", APPROVER, REASON)} if is_accepted else set()), day
        shown = statuses(company)
        for name, kept in story.items():
            kept.append(shown.get((RULE[name], records[name].row["Id"])))
        record(company, day)
    assert story == TOLD
    assert seen == STATUSES

    before = company.root / "before.duckdb"
    shutil.copyfile(company.warehouse, before)
    shutil.rmtree(company.warehouse.parent)
    builder.build(company)
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{before}' AS before (READ_ONLY); ATTACH '{company.warehouse}' AS rebuilt (READ_ONLY)")
        for one, other in (("before", "rebuilt"), ("rebuilt", "before")):
            query = f"FROM {one}.marts.mismatches EXCEPT ALL FROM {other}.marts.mismatches"  # noqa: S608
            assert con.execute(query).fetchall() == []
