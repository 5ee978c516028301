"""simulate(): lives of people, the exports they leave behind, and the answer key."""

import shutil
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np
import pyarrow as pa

from orchestration.simulation.clock import DAY, add_months, day_start, from_date, utc
from orchestration.simulation.faults.cast import play
from orchestration.simulation.faults.catalogue import PLOTS
from orchestration.simulation.key.answer_key import AnswerKey
from orchestration.simulation.life import World
from orchestration.simulation.mail import mail_events, told_mails
from orchestration.simulation.orderly import orderly_people
from orchestration.simulation.plans import plans_of, write_plans
from orchestration.simulation.render import Row, company_state, opportunity_history, person_events, person_state
from orchestration.simulation.seeds import FROZEN_SEEDS, Seeds
from orchestration.simulation.truth import Person
from orchestration.simulation.write import Drop, Format

CHUNK = 10_000  # people written at once: bounds the memory of a large company
_WITHOUT_KEY = ("cs_contract_opportunity", "deals", "contact_property_history")  # the first column names no row
Progress = Callable[[int, int], None]  # people done, people in all


@dataclass(frozen=True)
class SimulationSummary:
    """What was simulated: rows per raw table, planted conflicts per "boundary kind", and how long it took."""

    out_dir: Path
    people: int
    as_of: datetime
    rows: dict[str, int]
    conflicts: dict[str, int]
    seconds: float


def simulate(
    out_dir: Path,
    *,
    people: int = 3000,
    months: int = 24,
    seed: int = 1,
    conflicts: Literal["default", "none"] = "default",
    end: date = date(2026, 4, 1),
    activities_per_person: float = 12,
    drops: int = 1,
    fmt: Format = "export",
    key: bool = True,
    seeds: Path = FROZEN_SEEDS,
    progress: Progress | None = None,
) -> SimulationSummary:
    """Write `exports/{hubspot,salesforce,cs}`, the company's own `seeds` and, unless `key` is false, `answer_key` below
    `out_dir`.

    Events lie between `months` before the Japanese midnight that begins `end`, and that midnight, which is the instant
    of the (last) extraction. `activities_per_person` is the mean number of bulk e-mail events per MA record. With
    `drops` > 1 the company is delivered once a day for as many days: contacts as whole snapshots, other objects as
    changed rows, events as new rows, some of them days late. What stood in these folders is replaced. The same
    arguments give the same bytes. ValueError where an argument is out of range.
    """
    _check(people, months, drops, activities_per_person)
    began = time.monotonic()
    rules = Seeds(seeds)
    last = from_date(end)
    as_of = day_start(last)
    world = World(seed, day_start(add_months(last, -months)), as_of, people, conflicts == "default", rules.hours)
    for name in ("exports", "answer_key"):
        shutil.rmtree(out_dir / name, ignore_errors=True)
    times = [as_of - DAY * back for back in reversed(range(drops))]
    told: list[Person] = []
    with ExitStack() as stack:
        files = [stack.enter_context(Drop(out_dir / "exports", at, fmt)) for at in times]
        mails = 1
        done = 0
        lives = _chunks(world.people() if conflicts == "default" else orderly_people(world))
        cast = _chunks(play(world, PLOTS) if conflicts == "default" else [])
        for chunk, mean in chain(((c, activities_per_person) for c in lives), ((c, 0.0) for c in cast)):
            events = mail_events(chunk, mean, as_of, seed, mails)
            mails += len(events)
            if drops == 1:
                _write_people(files[0], chunk, events)
            else:
                _write_events(files, times, chunk, events)
            if key or drops > 1:
                told += chunk
            done += len(chunk)
            if progress is not None:
                progress(min(done, people), people)
        if world.mails:
            _write_mails(files, times, told_mails(world.mails, mails))
        _write_states(files, told if drops > 1 else [], world)
        write_plans(out_dir / "seeds", plans_of(world))
        for opportunity in world.personless:
            for table, at, row in opportunity_history(opportunity):
                files[_drop_of(at, times, row)].write(table, [row])
    if key:
        parameters: dict[str, object] = {
            "people": people, "months": months, "seed": seed, "conflicts": conflicts, "end": end.isoformat(),
            "activities_per_person": activities_per_person, "drops": drops, "fmt": fmt,
        }  # fmt: skip
        AnswerKey(world, told, rules).write(out_dir / "answer_key", parameters)
    rows: Counter[str] = Counter()
    for drop in files:
        rows.update(drop.counts)
    planted = Counter(f"{plant.boundary} {plant.kind}" for plant in world.plants)
    elapsed = time.monotonic() - began
    return SimulationSummary(out_dir, people, utc(as_of), dict(rows), dict(planted), elapsed)


def _check(people: int, months: int, drops: int, activities: float) -> None:
    for name, value, low, high in (
        ("people", people, 1, 10_000_000), ("months", months, 3, 120), ("drops", drops, 1, months * 28),
        ("activities_per_person", activities, 0, 10_000),
    ):  # fmt: skip
        if not low <= value <= high:
            raise ValueError(f"{name} = {value}: must be between {low} and {high}")


def _chunks(people: Iterable[Person]) -> Iterator[list[Person]]:
    chunk: list[Person] = []
    for person in people:
        chunk.append(person)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write_people(drop: Drop, people: list[Person], mails: pa.Table) -> None:
    rows: dict[str, list[Row]] = defaultdict(list)
    for person in people:
        for table, row in person_state(person, drop.at, drop.at):
            rows[table].append(row)
        for table, _, row in person_events(person):
            rows[table].append(row)
    for table, table_rows in rows.items():
        drop.write(table, table_rows)
    drop.write_mail(mails)


def _write_events(drops: list[Drop], times: list[int], people: list[Person], mails: pa.Table) -> None:
    rows: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for person in people:
        for table, at, row in person_events(person):
            rows[(_drop_of(at, times, row), table)].append(row)
    for (index, table), table_rows in rows.items():
        drops[index].write(table, table_rows)
    _write_mails(drops, times, mails)


def _write_mails(drops: list[Drop], times: list[int], mails: pa.Table) -> None:
    seconds = mails["created"].to_numpy() / 1000
    late = np.where(mails["id"].to_numpy() % 50 == 0, 2 * DAY, 0)
    place = np.minimum(np.searchsorted(times, seconds + late), len(times) - 1)
    for index, drop in enumerate(drops):
        drop.write_mail(mails.filter(pa.array(place == index)))


def _drop_of(at: int, times: list[int], row: Row) -> int:
    """The drop that delivers an event row: the first after the event, for one row in forty two to four days later."""
    mark = crc32("|".join(row).encode("utf-8"))
    late = (2 + mark % 3) * DAY if len(times) > 1 and mark % 40 == 0 else 0
    return min(bisect_left(times, at + late), len(times) - 1)


def _write_states(drops: list[Drop], people: list[Person], world: World) -> None:
    """Every object at each drop; after the first, only what changed (contacts: always all)."""
    before: dict[tuple[str, str], Row] = {}
    for drop in drops:
        rows: dict[str, list[Row]] = defaultdict(list)
        shown = [entry for person in people for entry in person_state(person, drop.at, drops[0].at)]
        for table, row in (*shown, *company_state(world, drop.at)):
            ident = (table, "|".join(row) if table in _WITHOUT_KEY else row[0])
            if table in ("contacts", "record_key") or before.get(ident) != row:
                rows[table].append(row)
                before[ident] = row
        for table, table_rows in rows.items():
            drop.write(table, table_rows)
