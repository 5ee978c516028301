"""Daily deliveries, a correction by hand and its revert: what the increments end in is what one full refresh gives."""

import csv
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.answer_key import comparison
from tests.support import INCREMENTAL, Builder, Built, land, mart_differences, settle, simulated, withhold

# The instants of the two deliveries by hand, a day and two days after the last drop.
FIRST, SECOND = "20260401T150000Z", "20260402T150000Z"
AS_OF = {FIRST: "2026-04-01 15:00:00", SECOND: "2026-04-02 15:00:00"}
LATE_MONTH, OTHER_MONTH = "2025-02-01", "2024-11-01"
# A form is sent from this address, without contact id; then another person takes the address over.
ADDRESS, SUBMISSION = "taken.over@relay.example", "sent-by-address"


CARRIED = f"{INCREMENTAL} +person_records"


@dataclass(frozen=True)
class Size:
    """How large a company is delivered, and on every how many days the whole warehouse is built, None: on none.

    On the other days only the models that carry something over are built, and the people: nothing else can remember.
    """

    people: int
    drops: int
    whole_every: int | None


@dataclass(frozen=True)
class Story:
    """Copies of the warehouse along the way, and the records that were corrected by hand."""

    company: Built
    delivered: Path  # after the last drop
    corrected: Path  # after the first delivery by hand
    incremental: Path  # after the second
    rebuilt: Path  # from the landing zone alone, the warehouse deleted
    backfilled: Path  # two months of `rebuilt` spoiled and what carries over built again
    person: str
    lead: str
    merged: tuple[str, str]
    late_event: str
    moved_event: str
    owners: tuple[str, str]  # MA persons that have the address in turn


THIRTY_DROPS = pytest.param(Size(1500, 30, 5), id="30 drops", marks=pytest.mark.prove)


@pytest.fixture(scope="module", params=[pytest.param(Size(300, 3, None), id="3 drops"), THIRTY_DROPS])
def story(builder: Builder, request: pytest.FixtureRequest) -> Story:
    size: Size = request.param
    company = simulated(builder.root / f"drops-{size.drops}", people=size.people, seed=3, drops=size.drops)

    def keep(name: str) -> Path:
        copy = company.root / f"{name}.duckdb"
        shutil.copyfile(company.warehouse, copy)
        return copy

    deliver = withhold(company)
    for drop in range(1, size.drops + 1):
        deliver(drop)
        land(company)
        whole = size.whole_every is not None and drop % size.whole_every == 0
        builder.build(company, select=None if whole else CARRIED)
    delivered = keep("delivered")
    hand = ByHand(company)
    hand.correct()
    land(company)
    builder.build(company, select=CARRIED, as_of=AS_OF[FIRST])
    corrected = keep("corrected")
    hand.revert()
    land(company)
    builder.build(company, as_of=AS_OF[SECOND])
    incremental = keep("incremental")
    company.warehouse.unlink()
    builder.build(company, as_of=AS_OF[SECOND])
    rebuilt = keep("rebuilt")
    with duckdb.connect(str(company.warehouse)) as connection:
        connection.execute(
            f"DELETE FROM conformed.activities_ma WHERE occurred_month = DATE '{LATE_MONTH}' AND hash(activity_id) % 2 = 0;"  # noqa: S608
            f"UPDATE conformed.activities_ma SET activity_type = 'wrong' WHERE occurred_month = DATE '{OTHER_MONTH}'"
        )
    builder.build(company, select=INCREMENTAL, as_of=AS_OF[SECOND], backfill=("2024-11-10", "2025-02-20"))
    return Story(
        company=company,
        delivered=delivered,
        corrected=corrected,
        incremental=incremental,
        rebuilt=rebuilt,
        backfilled=company.warehouse,
        person=hand.person,
        lead=hand.lead,
        merged=hand.merged,
        late_event=hand.late_event,
        moved_event=hand.moved_event,
        owners=hand.owners,
    )


class ByHand:
    """Two deliveries by hand: corrections, and the revert of most of them."""

    def __init__(self, company: Built) -> None:
        self._exports = company.exports
        with duckdb.connect(str(company.warehouse), read_only=True) as connection:
            living = (
                "SELECT record_id FROM conformed.person_records WHERE record_type = ? AND NOT is_deleted ORDER BY 1"
            )
            people = [row[0] for row in connection.execute(living, ["ma_person"]).fetchall()]
            leads = [row[0] for row in connection.execute(living, ["crm_lead"]).fetchall()]
            events = connection.execute(
                "SELECT activity_id FROM conformed.activities_ma WHERE occurred_month = DATE '2025-06-01'"
                " AND regexp_full_match(activity_id, '\\d+') ORDER BY activity_id LIMIT 1"
            ).fetchone()
            newest = connection.execute(
                "SELECT max(cast(activity_id AS bigint)) FROM conformed.activities_ma WHERE regexp_full_match(activity_id, '\\d+')"
            ).fetchone()
        assert events is not None and newest is not None
        self.person = people[len(people) // 2]
        self.lead = leads[0]
        self.merged = (leads[1], leads[2])  # the first is merged into the second
        self.owners = (people[-1], people[-2])
        self.moved_event = str(events[0])
        self.late_event = str(newest[0] + 1)
        self._contacts = sorted((self._exports / "hubspot").glob("contacts_2*.jsonl"))[-1]

    def correct(self) -> None:
        """A person disappears and another changes, leads are deleted and merged, an event comes late, one moves, one names an address."""
        contacts = [json.loads(line) for line in self._contacts.read_text(encoding="utf-8").splitlines()]
        kept = [contact for contact in contacts if contact["id"] != self.person]
        assert len(kept) == len(contacts) - 1
        kept[0]["properties"]["jobtitle"] = "監査役"
        self._write_lines("contacts", FIRST, [with_address(contact, self.owners[0]) for contact in kept])
        submission = {"conversion_id": SUBMISSION, "email": ADDRESS, "timestamp": f"{LATE_MONTH}T03:00:00.000Z"}
        self._write_lines("form_submissions", FIRST, [submission])
        at = {"LastModifiedDate": "2026-04-01T10:00:00.000+0000", "SystemModstamp": "2026-04-01T10:00:00.000+0000"}
        deleted = self._row("leads", "Id", self.lead) | at | {"IsDeleted": "true"}
        loser, master = self.merged
        merged = self._row("leads", "Id", loser) | at | {"IsDeleted": "true", "MasterRecordId": master}
        self._write("salesforce", "leads", FIRST, [deleted, merged])
        moved = self._row("email_events", "id", self.moved_event)
        late = moved | {"id": self.late_event, "created": milliseconds(LATE_MONTH)}
        self._write("hubspot", "email_events", FIRST, [late, moved | {"created": milliseconds(OTHER_MONTH)}])
        settle(self._exports)

    def revert(self) -> None:
        """The person, the lead and the moved event are again as they were; the merge and the late event stay; the address changes hands."""
        contacts = [json.loads(line) for line in self._contacts.read_text(encoding="utf-8").splitlines()]
        self._write_lines("contacts", SECOND, [with_address(contact, self.owners[1]) for contact in contacts])
        self._write("salesforce", "leads", SECOND, [self._row("leads", "Id", self.lead)])
        self._write("hubspot", "email_events", SECOND, [self._row("email_events", "id", self.moved_event)])
        settle(self._exports)

    def _row(self, table: str, key: str, value: str) -> dict[str, str]:
        """A record as the last drop that has it delivered it."""
        drops = sorted(path for path in self._exports.glob(f"*/{table}_2*.csv") if FIRST not in path.name)
        for path in reversed(drops):
            with path.open(encoding="utf-8-sig", newline="") as file:
                for row in csv.DictReader(file):
                    if row[key] == value:
                        return row
        raise AssertionError(f"no {table} {value}")

    def _write_lines(self, table: str, moment: str, records: list[dict[str, Any]]) -> None:
        lines = [json.dumps(record, ensure_ascii=False) + "\n" for record in records]
        (self._exports / "hubspot" / f"{table}_{moment}.jsonl").write_text("".join(lines), encoding="utf-8")

    def _write(self, system: str, table: str, moment: str, rows: list[dict[str, str]]) -> None:
        with (self._exports / system / f"{table}_{moment}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def with_address(contact: dict[str, Any], owner: str) -> dict[str, Any]:
    """The contact, with ADDRESS where it is the owner's."""
    if contact["id"] != owner:
        return contact
    return {**contact, "properties": {**contact["properties"], "email": ADDRESS}}


def milliseconds(day: str) -> str:
    """Noon of a day, UTC, as HubSpot's e-mail events write it."""
    with duckdb.connect() as connection:
        row = connection.execute("SELECT epoch_ms(CAST(? AS date) + INTERVAL 12 HOUR)", [day]).fetchone()
    assert row is not None
    return str(row[0])


def is_deleted(warehouse: Path, record_type: str, record_id: str) -> bool:
    query = "SELECT is_deleted FROM conformed.person_records WHERE record_type = ? AND record_id = ?"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (row,) = connection.execute(query, [record_type, record_id]).fetchall()
    return bool(row[0])


def months(warehouse: Path, event: str) -> list[str]:
    """The months in which an event is counted."""
    query = "SELECT cast(occurred_month AS varchar) FROM conformed.activities_ma WHERE activity_id = ?"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return [row[0] for row in connection.execute(query, [event]).fetchall()]


@pytest.mark.parametrize("story", [THIRTY_DROPS], indirect=True)
def test_daily_drops_end_in_the_answer_key(story: Story) -> None:
    connection = comparison.open_company(story.delivered, story.company.answer_key)
    assert {
        section: found for section in comparison.ALL if (found := comparison.differences(connection, section)[:4])
    } == {}


def test_a_person_missing_from_a_snapshot_is_deleted_until_it_is_back(story: Story) -> None:
    states = [
        is_deleted(path, "ma_person", story.person) for path in (story.delivered, story.corrected, story.incremental)
    ]
    assert states == [False, True, False]


def test_a_deleted_lead_is_deleted_until_its_old_row_is_delivered_again(story: Story) -> None:
    states = [
        is_deleted(path, "crm_lead", story.lead) for path in (story.delivered, story.corrected, story.incremental)
    ]
    assert states == [False, True, False]


def test_a_merged_lead_is_its_masters_person(story: Story) -> None:
    query = "SELECT count(DISTINCT person_key) FROM conformed.person_records WHERE record_type = 'crm_lead' AND list_contains(?, record_id)"
    with duckdb.connect(str(story.incremental), read_only=True) as connection:
        assert connection.execute(query, [list(story.merged)]).fetchall() == [(1,)]


def test_a_late_event_counts_in_its_month_and_a_moved_one_once(story: Story) -> None:
    assert [months(path, story.late_event) for path in (story.corrected, story.incremental)] == [[LATE_MONTH]] * 2
    moved = [months(path, story.moved_event) for path in (story.delivered, story.corrected, story.incremental)]
    assert moved == [["2025-06-01"], [OTHER_MONTH], ["2025-06-01"]]


def test_an_old_response_is_with_who_has_its_address_now(story: Story) -> None:
    """Its month was built when the address was another's, and no later batch of events touches it."""
    query = "SELECT source_record_id FROM conformed.timeline WHERE source_event_id = ?"
    for path in (story.incremental, story.rebuilt):
        with duckdb.connect(str(path), read_only=True) as connection:
            assert connection.execute(query, [f"ma|{SUBMISSION}"]).fetchall() == [(story.owners[1],)]


def test_increments_end_in_what_a_full_refresh_gives(story: Story) -> None:
    assert mart_differences(story.incremental, story.rebuilt) == {}


def test_a_spoiled_period_is_healed_by_a_backfill(story: Story) -> None:
    table = "conformed.activities_ma"
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{story.backfilled}' AS l (READ_ONLY); ATTACH '{story.rebuilt}' AS r (READ_ONLY)")
        for one, other in (("l", "r"), ("r", "l")):
            apart = f"SELECT * FROM {one}.{table} EXCEPT ALL SELECT * FROM {other}.{table}"  # noqa: S608
            assert connection.execute(apart).fetchall() == []
