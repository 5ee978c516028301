"""The kinds of KPI: how rows of subjects become the answer key's figures by grain, period and segment."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from orchestration.simulation.clock import add_months, month_start, to_date

GRAINS = {"month": 1, "fiscal_quarter": 3, "fiscal_year": 12}
KEY_COLUMNS = (
    "kpi_code", "view", "basis", "member", "grain", "period_start", "segment", "segment_value", "statistic", "numerator",
    "denominator", "value", "n", "censored_cnt",
)  # fmt: skip
NONE = "(none)"
TOTAL = ("all", "all")

Channel = str | None  # '' for none; None where the key does not split a KPI by channel
CellKey = tuple[str, int, str, str]  # grain, first day of the period, segment, segment value
Row = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of days in which something is in stock: `until` is the first day on which it is not."""

    since: int
    until: int | None
    channel: Channel
    amount: float = 1


@dataclass(slots=True)
class Figure:
    """What the key says of one KPI, period and segment."""

    numerator: float | None
    denominator: float | None
    value: float | None
    n: int | None = None
    censored: int | None = None


@dataclass(slots=True)
class _Cell:
    numerator: float = 0
    denominator: float = 0
    n: int = 0
    measures: list[float] = field(default_factory=list)


def period_start(day: int, grain: str) -> int:
    """First day of the period of a day; the fiscal year starts in April."""
    months = GRAINS[grain]
    back = (to_date(day).month - 4) % 12 % months
    return add_months(month_start(day), -back)


class Figures:
    """Collects the figures of the key. `today` is the business day of as_of, `first_day` the company's first."""

    def __init__(self, first_day: int, today: int) -> None:
        self.today = today
        self._first_day = first_day
        self._figures: dict[tuple[str, str, str, str, CellKey, str], Figure] = {}

    def rows(self) -> list[Row]:
        """All figures as rows of the key, in order of KPI, view, basis, member, grain, period and segment."""
        rows: list[Row] = []
        for (code, view, basis, member, cell, statistic), figure in self._figures.items():
            grain, start, segment, value = cell
            numbers = (_plain(figure.numerator), _plain(figure.denominator), _plain(figure.value))
            keys = (code, view, basis, member, grain, to_date(start), segment, value, statistic)
            rows.append((*keys, *numbers, figure.n, figure.censored))
        return sorted(rows, key=lambda row: tuple(str(value) for value in row[:9]))

    def cells(self, code: str, basis: str) -> set[CellKey]:
        """The cells for which the shared view of a KPI has a figure."""
        return {key[4] for key in self._figures if key[0] == code and key[1] == "shared" and key[2] == basis}

    def value(self, code: str, basis: str, cell: CellKey, statistic: str, member: str = "") -> float | None:
        """A value of the shared view; None where there is none."""
        figure = self._figures.get((code, "shared", basis, member, cell, statistic))
        return figure.value if figure else None

    def denominator(self, code: str, basis: str, cell: CellKey) -> float | None:
        """The denominator of a rate of the shared view; None where there is none."""
        figure = self._figures.get((code, "shared", basis, "", cell, "rate"))
        return figure.denominator if figure else None

    def periods(self, grain: str) -> Iterator[tuple[int, int]]:
        """Every period since the company's beginning with its last day, which is today in the running one."""
        start = period_start(self._first_day, grain)
        while start <= self.today:
            following = add_months(start, GRAINS[grain])
            yield start, min(following - 1, self.today)
            start = following

    # -- kinds --------------------------------------------------------------------------------------------------

    def flow(
        self, code: str, rows: Iterable[tuple[int, Channel, float]], member: str = "", view: str = "shared"
    ) -> None:
        """Rows of (day, channel, amount)."""
        for cell, sums in _cells((day, channel, amount, 0) for day, channel, amount in rows).items():
            self._add(code, view, "flow", member, cell, "sum", Figure(sums.numerator, None, sums.numerator, sums.n))

    def nothing(self, code: str, cell: CellKey) -> None:
        """A flow of which there was nothing in a period."""
        self._add(code, "shared", "flow", "", cell, "sum", Figure(0, None, 0, 0))

    def rate(self, code: str, basis: str, rows: Iterable[tuple[int, Channel, float, float]], member: str = "",
             view: str = "shared") -> None:  # fmt: skip
        """Rows of (day, channel, numerator, denominator); `basis` is cohort or period."""
        for cell, sums in _cells(rows).items():
            self._add_rate(code, view, basis, member, cell, sums)

    def duration(
        self, code: str, member: str, rows: Iterable[tuple[int, Channel, int | None]], view: str = "shared"
    ) -> None:
        """Rows of (day, channel, measure); a measure of None never happened."""
        cells = _cells((day, channel, math.inf if value is None else value, 0) for day, channel, value in rows)
        for cell, sums in cells.items():
            done = [value for value in sums.measures if value != math.inf]
            for statistic, share in (("median", 0.5), ("p90", 0.9)):
                value = _percentile(sorted(sums.measures), share)
                figure = Figure(sum(done), len(done), value, len(done), len(sums.measures) - len(done))
                self._add(code, view, "duration", member, cell, statistic, figure)

    def distinct(self, code: str, rows: Iterable[tuple[int, Channel, Hashable]]) -> None:
        """Rows of (day, channel, subject): each subject counts once per period."""
        subjects: dict[CellKey, set[Hashable]] = defaultdict(set)
        for day, channel, subject in rows:
            for cell in _cells_of(day, channel):
                subjects[cell].add(subject)
        for cell, found in subjects.items():
            count = len(found)
            self._add(code, "shared", "distinct", "", cell, "sum", Figure(count, None, count, count))

    def stock(self, code: str, spans: list[Span], member: str = "") -> None:
        """What is in stock at the end of each period's last day."""
        for grain in GRAINS:
            for start, end in self.periods(grain):
                cells: dict[CellKey, _Cell] = defaultdict(_Cell)
                for span in spans:
                    if span.since <= end and (span.until is None or span.until > end):
                        for segment in _segments(span.channel):
                            cells[(grain, start, *segment)].n += 1
                            cells[(grain, start, *segment)].numerator += span.amount
                for cell, sums in cells.items():
                    figure = Figure(sums.numerator, None, sums.numerator, sums.n)
                    self._add(code, "shared", "stock", member, cell, "sum", figure)

    def start_cohort(self, code: str, rows: Iterable[tuple[str, int, Channel, float, float]]) -> None:
        """Rows of (grain, first day of the period, channel, numerator, denominator)."""
        cells: dict[CellKey, _Cell] = defaultdict(_Cell)
        for grain, start, channel, numerator, denominator in rows:
            for segment in _segments(channel):
                sums = cells[(grain, start, *segment)]
                sums.n, sums.numerator = sums.n + 1, sums.numerator + numerator
                sums.denominator += denominator
        for cell, sums in cells.items():
            self._add_rate(code, "shared", "start_cohort", "", cell, sums)

    def derived(self, code: str, cell: CellKey, value: float | None, member: str = "") -> None:
        """A value computed from other values; a null value is no row of the key."""
        if value is not None:
            self._add(code, "shared", "derived", member, cell, "value", Figure(None, None, value))

    def gaps(self, code: str) -> None:
        """Marketing's value less sales's of every KPI that both count: of rates the cohort's, of durations the median's."""
        cohorts = {key[0] for key in self._figures if key[2] == "cohort"}
        teams: dict[tuple[str, str, CellKey], dict[str, float | None]] = defaultdict(dict)
        for (own, view, basis, _, cell, statistic), figure in self._figures.items():
            is_other = statistic == "p90" or basis == "period" and own in cohorts
            if view != "shared" and cell[2:] == TOTAL and not is_other:
                teams[(own, basis, cell)][view] = figure.value
        for (own, basis, cell), values in teams.items():
            missing = 0 if basis == "flow" else None
            one, other = (values.get(view, missing) for view in ("marketing", "sales"))
            if one is not None and other is not None:
                self.derived(code, cell, one - other, member=own)

    def as_shared(self, code: str, view: str) -> None:
        """The rows of the shared view as those of a team that counts alike."""
        for (own, of, *rest), figure in list(self._figures.items()):
            if own == code and of == "shared":
                self._figures[(own, view, *rest)] = figure  # type: ignore[index]

    def as_member(self, code: str, view: str, of: str, member: str) -> None:
        """The figures of one variant of the shared view as those of a team, under the variant that both signed."""
        for (own, shared, basis, variant, *rest), figure in list(self._figures.items()):
            if (own, shared, variant) == (code, "shared", of):
                self._figures[(code, view, basis, member, *rest)] = figure  # type: ignore[index]

    def _add_rate(self, code: str, view: str, basis: str, member: str, cell: CellKey, sums: _Cell) -> None:
        value = sums.numerator / sums.denominator if sums.denominator else None
        self._add(
            code, view, basis, member, cell, "rate", Figure(sums.numerator, sums.denominator, value, sums.n)
        )  # fmt: skip

    def _add(self, code: str, view: str, basis: str, member: str, cell: CellKey, statistic: str, figure: Figure) -> None:  # fmt: skip
        self._figures[(code, view, basis, member, cell, statistic)] = figure


def _segments(channel: Channel) -> list[tuple[str, str]]:
    return [TOTAL] if channel is None else [TOTAL, ("channel", channel or NONE)]


def _cells_of(day: int, channel: Channel) -> Iterator[CellKey]:
    for grain in GRAINS:
        start = period_start(day, grain)
        for segment in _segments(channel):
            yield (grain, start, *segment)


def _cells(rows: Iterable[tuple[int, Channel, float, float]]) -> dict[CellKey, _Cell]:
    cells: dict[CellKey, _Cell] = defaultdict(_Cell)
    for day, channel, numerator, denominator in rows:
        for cell_key in _cells_of(day, channel):
            cell = cells[cell_key]
            cell.n += 1
            cell.denominator += denominator
            cell.numerator += numerator
            cell.measures.append(numerator)
    return cells


def _percentile(ordered: list[float], share: float) -> float | None:
    """Exact percentile with interpolation between neighbours; None where it falls on never."""
    place = share * (len(ordered) - 1)
    low = math.floor(place + 1e-9)
    high = min(low + (1 if place - low > 1e-9 else 0), len(ordered) - 1)
    if ordered[high] == math.inf:
        return None
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low if high != low else 0)


def _plain(value: float | None) -> float | int | None:
    """Whole numbers without a point, others to all their places: who compares six of them would round twice."""
    if value is None:
        return None
    return int(value) if value == int(value) else value
