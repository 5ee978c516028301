"""Subjects of every kind, and what KPI values they must give: counted here one by one, the way the page describes it."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil, floor, inf
from typing import ClassVar

AS_OF = "2026-03-10 03:00:00"
AS_OF_ON = date(2026, 3, 10)
FIRST_ON = date(2025, 3, 20)
GRAINS = ("day", "week", "month", "fiscal_quarter", "fiscal_year")
SEGMENTS = {
    "channel": ("web", "event", "(none)"),
    "campaign": ("(none)",),
    "persona": ("it", "sales"),
    "industry": ("it", "(none)"),
    "company_size": ("1-49", "1000+", "(none)"),
    "owner": ("a", "b"),
    "region": ("東京都", "大阪府"),
}


@dataclass(frozen=True)
class Subject:
    """A row of kpi_rows."""

    TYPES: ClassVar[dict[str, str]] = {
        "kpi_code": "VARCHAR",
        "definition_version": "INTEGER",
        "kind": "VARCHAR",
        "has_period_basis": "BOOLEAN",
        "view": "VARCHAR",
        "member": "VARCHAR",
        "subject_type": "VARCHAR",
        "subject_id": "VARCHAR",
        "counted_on": "DATE",
        "converted_on": "DATE",
        "left_on": "DATE",
        "grain": "VARCHAR",
        "numerator": "DECIMAL(18, 2)",
        "denominator": "DECIMAL(18, 2)",
        "measure": "BIGINT",
        "is_censored": "BOOLEAN",
        "is_mature": "BOOLEAN",
        **dict.fromkeys(SEGMENTS, "VARCHAR"),
    }

    kind: str
    view: str
    subject_id: str
    counted_on: date
    segments: tuple[str, ...]
    converted_on: date | None = None
    left_on: date | None = None
    grain: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    measure: int | None = None
    is_censored: bool | None = None
    is_mature: bool | None = None

    @property
    def kpi_code(self) -> str:
        return f"{self.kind}_kpi"

    def row(self) -> tuple[object, ...]:
        """Its values in the order of kpi_rows."""
        named = (self.kpi_code, 1, self.kind, self.kind == "cohort", self.view, "", "person", self.subject_id)
        _, _, _, counted_on, segments, *rest = astuple(self)
        return (*named, counted_on, *rest, *segments)

    def places(self) -> Iterator[tuple[str, str]]:
        """The segments it counts in, the total among them."""
        yield "all", "all"
        yield from zip(SEGMENTS, self.segments, strict=True)


def period_start(day: date, grain: str) -> date:
    """First day of the period of a grain that a day is in; the fiscal year starts in April."""
    year = day.year if day.month >= 4 else day.year - 1
    starts = {
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "fiscal_quarter": date(day.year, (day.month - 1) // 3 * 3 + 1, 1),
        "fiscal_year": date(year, 4, 1),
    }
    return starts[grain]


def last_day(start: date, grain: str) -> date:
    """Last day of a period."""
    day = start
    while period_start(day + timedelta(days=1), grain) == start:
        day += timedelta(days=1)
    return day


def random_subjects(seed: int) -> list[Subject]:
    """A company of some sixty subjects of each kind, on few days so that they meet, some after as_of."""
    chance = random.Random(seed)
    view = f"company {seed}"

    def day() -> date:
        return FIRST_ON + timedelta(days=chance.choice((0, 1, 11, 12, 40, 180, 181, 285, 286, 350, 354, 355, 356, 380)))

    def segments() -> tuple[str, ...]:
        return tuple(chance.choice(choices) for choices in SEGMENTS.values())

    made = []
    for no in range(60):
        name = f"{seed}-{no}"
        counted_on, got_there = day(), chance.random() < 0.4
        later = counted_on + timedelta(days=chance.randrange(60))
        known = later if got_there and later <= AS_OF_ON else None
        whole = chance.randrange(1, 1000)
        censored = chance.random() < 0.3
        made += [
            Subject("flow", view, name, counted_on, segments(), numerator=chance.choice((1, whole))),
            Subject(
                "cohort", view, name, counted_on, segments(), known,
                numerator=int(known is not None), denominator=1, is_mature=counted_on + timedelta(days=30) < AS_OF_ON,
            ),
            Subject("period", view, name, counted_on, segments(), numerator=chance.randrange(2), denominator=1),
            Subject(
                "duration", view, name, counted_on, segments(), measure=None if censored else whole, is_censored=censored
            ),
            Subject("stock", view, name, counted_on, segments(), left_on=later if got_there else None, numerator=whole),
            Subject(
                "start_cohort", view, name, date(2025, 7, 1), segments(), grain=chance.choice(("month", "fiscal_quarter")),
                numerator=chance.randrange(2), denominator=1, is_mature=True,
            ),
        ]  # fmt: skip
        person = segments()
        made += [Subject("distinct", view, name, day(), person, numerator=1) for _ in range(chance.randrange(1, 4))]
    return made


def worked_example() -> list[Subject]:
    """100, 200, 400 and 50 subjects a month; a tenth of each gets there in the next month and a tenth in the month after."""
    months = [date(2025, month, 15) for month in range(5, 11)]
    made = []
    for month, count in enumerate((100, 200, 400, 50)):
        for no in range(count):
            tenth = no * 10 // count
            converted_on = months[month + 1 + tenth] if tenth < 2 else None
            made.append(
                Subject(
                    "cohort",
                    "worked",
                    f"{month}-{no}",
                    months[month],
                    tuple(c[0] for c in SEGMENTS.values()),
                    converted_on,
                    numerator=int(tenth < 2),
                    denominator=1,
                    is_mature=True,
                )  # fmt: skip
            )
    return made


Key = tuple[str, str, str, str, date, str, str, str]


def expected_values(subjects: list[Subject]) -> dict[Key, tuple[object, ...]]:
    """(kpi, view, basis, grain, period, segment, value, statistic) -> (numerator, denominator, n, censored, value)."""
    found: dict[Key, tuple[object, ...]] = {}
    groups: dict[tuple[str, str, str, str, date, str, str], list[Subject | tuple[int, int]]] = defaultdict(list)
    for subject in subjects:
        for basis, grain, start, counted in _counted(subject):
            for segment, value in subject.places():
                groups[subject.kpi_code, subject.view, basis, grain, start, segment, value].append(counted or subject)
    for key, rows in groups.items():
        for statistic, numbers in _numbers(key[2], rows):
            found[*key, statistic] = numbers
    return found


def _counted(subject: Subject) -> Iterator[tuple[str, str, date, tuple[int, int] | None]]:
    """(basis, grain, period, numerator and denominator where they are not the subject's own)."""
    if subject.kind == "start_cohort":
        assert subject.grain is not None
        yield "start_cohort", subject.grain, subject.counted_on, None
        return
    for grain in GRAINS:
        if subject.kind == "stock":
            start = period_start(FIRST_ON, grain)
            while start <= AS_OF_ON:
                read_on = min(last_day(start, grain), AS_OF_ON)
                if subject.counted_on <= read_on and (subject.left_on is None or subject.left_on > read_on):
                    yield "stock", grain, start, None
                start = last_day(start, grain) + timedelta(days=1)
            continue
        if subject.counted_on <= AS_OF_ON:
            yield subject.kind, grain, period_start(subject.counted_on, grain), None
            if subject.kind == "cohort":
                yield "period", grain, period_start(subject.counted_on, grain), (0, 1)
        if subject.kind == "cohort" and subject.converted_on is not None:
            yield "period", grain, period_start(subject.converted_on, grain), (1, 0)


def _numbers(basis: str, rows: list[Subject | tuple[int, int]]) -> Iterator[tuple[str, tuple[object, ...]]]:
    pairs = [row if isinstance(row, tuple) else (row.numerator, row.denominator) for row in rows]
    if basis == "duration":
        subjects = [row for row in rows if isinstance(row, Subject)]
        ended = [row.measure for row in subjects if row.measure is not None]
        ordered = sorted(ended) + [inf] * (len(rows) - len(ended))
        for statistic, share in (("median", 0.5), ("p90", 0.9)):
            value = _quantile(ordered, share)
            yield statistic, (Decimal(sum(ended)), Decimal(len(ended)), len(ended), len(rows) - len(ended), value)
    elif basis in ("flow", "stock"):
        total = sum(numerator or 0 for numerator, _ in pairs)
        yield "sum", (Decimal(total), None, len(rows), None, float(total))
    elif basis == "distinct":
        count = len({row.subject_id for row in rows if isinstance(row, Subject)})
        yield "sum", (Decimal(count), None, count, None, float(count))
    else:
        numerator, denominator = (sum(side or 0 for side in sides) for sides in zip(*pairs, strict=True))
        value = numerator / denominator if denominator else None
        yield "rate", (Decimal(numerator), Decimal(denominator), len(rows), None, value)


def _quantile(ordered: list[float], share: float) -> float | None:
    place = share * (len(ordered) - 1)
    low, high = ordered[floor(place)], ordered[ceil(place)]
    if low == inf or (high == inf and place > floor(place)):
        return None
    return low if low == high else low + (high - low) * (place - floor(place))
