"""The answer key's KPI values: docs/definitions.md §6 applied to the true cycles, deals, handoffs and contracts."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from orchestration.simulation.clock import add_months, day_of, month_start, to_date
from orchestration.simulation.key_cycles import Cycle, on
from orchestration.simulation.key_relay import Handoff
from orchestration.simulation.seeds import Seeds
from orchestration.simulation.truth import Contract, Opportunity, Person

GRAINS = {"month": 1, "fiscal_quarter": 3, "fiscal_year": 12}
KEY_COLUMNS = (
    "kpi_code", "basis", "member", "grain", "period_start", "segment", "segment_value", "statistic", "numerator",
    "denominator", "value", "n", "censored_cnt",
)  # fmt: skip
NONE = "(none)"


def period_start(day: int, grain: str) -> int:
    """First day of the period of a day; the fiscal year starts in April."""
    months = GRAINS[grain]
    back = (to_date(day).month - 4) % 12 % months
    return add_months(month_start(day), -back)


@dataclass(slots=True)
class Deal:
    """An opportunity as the KPIs see it. Days are counted from 1970, amounts in hundredths of the base currency."""

    id: str
    channel: str
    created_on: int
    accepted_on: int | None
    closed_on: int | None
    won_on: int | None
    is_valid: bool
    amount: int | None
    opened_on: int | None


@dataclass
class Inputs:
    """What the KPIs are computed from; all countable but the handoffs."""

    people: list[tuple[Person, int, int | None, str]]  # person, first seen, first MQL, channel
    cycles: list[Cycle]
    deals: list[Deal]
    handoffs: list[Handoff]
    contracts: list[Contract]
    seeds: Seeds
    as_of: int
    first_day: int


@dataclass(slots=True)
class _Cell:
    numerator: float = 0
    denominator: int = 0
    n: int = 0
    measures: list[float] = field(default_factory=list)


Row = tuple[object, ...]


class KpiKey:
    """Collects the rows of the key."""

    def __init__(self, inputs: Inputs) -> None:
        self.inputs = inputs
        self.rows: list[Row] = []
        self._today = day_of(inputs.as_of)

    def compute(self) -> list[Row]:
        """All KPIs, in order of code, basis, member, grain, period and segment."""
        self._people_and_cycles()
        self._handed_over()
        self._deals()
        self._untouched()
        self._contracts()
        self._integrity()
        return sorted(self.rows, key=lambda row: tuple(str(value) for value in row[:8]))

    # -- kinds --------------------------------------------------------------------------------------------------

    def _cells(self, rows: Iterable[tuple[int, str | None, float, int]]) -> dict[tuple[str, int, str, str], _Cell]:
        """Cells by (grain, period, segment, value) from (day, channel or None for none at all, numerator, denominator)."""
        cells: dict[tuple[str, int, str, str], _Cell] = defaultdict(_Cell)
        for day, channel, numerator, denominator in rows:
            for grain in GRAINS:
                start = period_start(day, grain)
                segments = [("all", "all")] + ([("channel", channel or NONE)] if channel is not None else [])
                for segment in segments:
                    cell = cells[(grain, start, *segment)]
                    cell.n += 1
                    cell.denominator += denominator
                    cell.numerator += numerator
                    cell.measures.append(numerator)
        return cells

    def _flow(self, code: str, rows: Iterable[tuple[int, str | None, float]], member: str = "") -> None:
        for cell_key, cell in self._cells((day, channel, value, 0) for day, channel, value in rows).items():
            self._add(code, "flow", member, cell_key, "sum", cell.numerator, None, cell.numerator, cell.n, None)

    def _rate(
        self, code: str, basis: str, rows: Iterable[tuple[int, str | None, float, int]], member: str = ""
    ) -> None:
        for cell_key, cell in self._cells(rows).items():
            value = cell.numerator / cell.denominator if cell.denominator else None
            self._add(code, basis, member, cell_key, "rate", cell.numerator, cell.denominator, value, cell.n, None)

    def _duration(self, code: str, member: str, rows: Iterable[tuple[int, str | None, int | None]]) -> None:
        cells = self._cells((day, channel, math.inf if value is None else value, 0) for day, channel, value in rows)
        for cell_key, cell in cells.items():
            done = [value for value in cell.measures if value != math.inf]
            for statistic, share in (("median", 0.5), ("p90", 0.9)):
                value = _percentile(sorted(cell.measures), share)
                self._add(
                    code, "duration", member, cell_key, statistic, sum(done), len(done), value, len(done),
                    len(cell.measures) - len(done),
                )  # fmt: skip

    def _add(self, code: str, basis: str, member: str, cell_key: tuple[str, int, str, str], statistic: str,
             numerator: float, denominator: float | None, value: float | None, n: int, censored: int | None) -> None:  # fmt: skip
        grain, start, segment, segment_value = cell_key
        self.rows.append(
            (code, basis, member, grain, to_date(start), segment, segment_value, statistic, _plain(numerator),
             _plain(denominator), _plain(value), n, censored)
        )  # fmt: skip

    # -- KPIs ---------------------------------------------------------------------------------------------------

    def _people_and_cycles(self) -> None:
        window = self.inputs.seeds.windows["lead_to_mql"]
        people = [(day_of(seen), on(mql), channel) for _, seen, mql, channel in self.inputs.people]
        self._flow("lead_new", ((seen, channel, 1) for seen, _, channel in people))
        self._rate(
            "mql_rate", "cohort",
            ((seen, channel, int(mql is not None and mql <= seen + window), 1) for seen, mql, channel in people),
        )  # fmt: skip
        self._rate(
            "mql_rate", "period",
            [(seen, channel, 0, 1) for seen, _, channel in people]
            + [(mql, channel, 1, 0) for _, mql, channel in people if mql is not None],
        )  # fmt: skip
        self._flow(
            "mql_cnt",
            ((day_of(cycle.mql_at), cycle.channel, 1) for cycle in self.inputs.cycles if cycle.mql_at is not None),
        )

    def _handed_over(self) -> None:
        seeds, as_of, hours = self.inputs.seeds, self.inputs.as_of, self.inputs.seeds.hours
        given = [(cycle, cycle.handed_over_at) for cycle in self.inputs.cycles if cycle.handed_over_at is not None]
        cohort: list[tuple[Cycle, int]] = [(cycle, day_of(out)) for cycle, out in given]
        self._flow("handoff_b1_cnt", ((day, cycle.channel, 1) for cycle, day in cohort))
        self._rate("hot_lead_share", "cohort", ((day, cycle.channel, int(cycle.is_hot), 1) for cycle, day in cohort))
        self._rate(
            "approach_rate", "cohort",
            ((day, cycle.channel, int(cycle.first_attempt_at is not None), 1) for cycle, day in cohort),
        )  # fmt: skip
        for code, window, attribute in (
            ("accept_rate", seeds.windows["acceptance"], "accepted_at"),
            ("opp_rate", seeds.windows["handoff_to_opportunity"], "opportunity_created_at"),
        ):
            reached = [(cycle, day, on(getattr(cycle, attribute))) for cycle, day in cohort]
            self._rate(
                code, "cohort",
                ((day, cycle.channel, int(to is not None and to <= day + window), 1) for cycle, day, to in reached),
            )  # fmt: skip
            self._rate(
                code, "period",
                [(day, cycle.channel, 0, 1) for cycle, day, _ in reached]
                + [(to, cycle.channel, 1, 0) for cycle, _, to in reached if to is not None],
            )  # fmt: skip
        wall: list[tuple[int, str | None, int | None]] = []
        business: list[tuple[int, str | None, int | None]] = []
        sla: list[tuple[int, str | None, float, int]] = []
        for cycle, out in given:
            attempt = cycle.first_attempt_at
            wall.append((day_of(out), cycle.channel, None if attempt is None else (attempt - out) // 60))
            business.append(
                (day_of(out), cycle.channel, None if attempt is None else hours.between(out, attempt) // 60)
            )
            due = hours.after(out, seeds.sla["hot" if cycle.is_hot else "standard"] * 60)
            if due <= as_of:
                sla.append((day_of(due), cycle.channel, int(attempt is not None and attempt <= due), 1))
        self._duration("stl_attempt", "wall_clock", wall)
        self._duration("stl_attempt", "business_hours", business)
        self._rate("sla_met", "cohort", sla)

    def _deals(self) -> None:
        deals, window = self.inputs.deals, self.inputs.seeds.windows["opportunity_to_won"]
        self._flow("opp_cnt", ((deal.created_on, deal.channel, 1) for deal in deals))
        self._flow(
            "valid_opp_cnt",
            ((deal.accepted_on, deal.channel, 1) for deal in deals if deal.is_valid and deal.accepted_on is not None),
        )
        closed = [(deal, deal.closed_on) for deal in deals if deal.closed_on is not None]
        self._rate(
            "win_rate_close", "period", ((day, deal.channel, int(deal.won_on is not None), 1) for deal, day in closed)
        )
        self._rate(
            "win_rate_cohort", "cohort",
            (
                (deal.created_on, deal.channel, int(deal.won_on is not None and deal.won_on <= deal.created_on + window), 1)
                for deal in deals
            ),
        )  # fmt: skip
        won = [(deal, deal.won_on) for deal in deals if deal.won_on is not None]
        self._rate(
            "win_rate_cohort", "period",
            [(deal.created_on, deal.channel, 0, 1) for deal in deals] + [(day, deal.channel, 1, 0) for deal, day in won],
        )  # fmt: skip
        self._flow("won_cnt", ((day, deal.channel, 1) for deal, day in won))
        priced = [(day, deal.channel, deal.amount / 100) for deal, day in won if deal.amount is not None]
        self._flow("won_amt", priced)
        self._rate("asp", "period", ((day, channel, amount, 1) for day, channel, amount in priced))
        self._duration("cycle_days", "opportunity", ((day, deal.channel, day - deal.created_on) for deal, day in won))
        self._duration(
            "cycle_days", "lead",
            ((day, deal.channel, day - deal.opened_on) for deal, day in won if deal.opened_on is not None),
        )  # fmt: skip

    def _untouched(self) -> None:
        hours = self.inputs.seeds.hours
        need = self.inputs.seeds.limits["untouched_business_minutes"] * 60
        spans: list[tuple[int, int | None, str]] = []
        for row in self.inputs.handoffs:
            cycle = row.cycle
            if row.boundary != "B1" or row.out_at is None or row.entered_at is None or cycle is None:
                continue
            if not cycle.is_countable:
                continue
            since = hours.after(row.entered_at, need)
            ends = [at for at in (cycle.first_attempt_at, row.left_at, cycle.closed_at) if at is not None]
            until = min(ends, default=None)
            if since > self.inputs.as_of or (until is not None and until <= since):
                continue
            spans.append((day_of(since), on(until), cycle.channel))
        for grain in GRAINS:
            for start, end in self._periods(grain):
                counts: dict[tuple[str, str], int] = defaultdict(int)
                for since_day, until_day, channel in spans:
                    if since_day <= end and (until_day is None or until_day > end):
                        counts[("all", "all")] += 1
                        counts[("channel", channel or NONE)] += 1
                for segment, count in counts.items():
                    self._add(
                        "untouched_cnt", "stock", "", (grain, start, *segment), "sum", count, None, count, count, None
                    )

    def _periods(self, grain: str) -> list[tuple[int, int]]:
        """Every period since the company's beginning with its last day, which is as_of_on in the running one."""
        periods = []
        start = period_start(self.inputs.first_day, grain)
        while start <= self._today:
            following = add_months(start, GRAINS[grain])
            periods.append((start, min(following - 1, self._today)))
            start = following
        return periods

    def _contracts(self) -> None:
        by_account: dict[int, list[Contract]] = defaultdict(list)
        for contract in self.inputs.contracts:
            by_account[contract.company.number].append(contract)
        for grain in GRAINS:
            for start, end in self._periods(grain):
                accounts = churned = 0
                arr_start = arr_kept = arr_end = 0
                for contracts in by_account.values():
                    at_start = [contract for contract in contracts if is_active(contract, start - 1)]
                    if not at_start:
                        continue
                    at_end = [contract for contract in contracts if is_active(contract, end)]
                    begun = 12 * sum(mrr_on(contract, start - 1) for contract in at_start)
                    ended = 12 * sum(mrr_on(contract, end) for contract in at_end)
                    accounts, churned = accounts + 1, churned + (not at_end)
                    arr_start, arr_end, arr_kept = arr_start + begun, arr_end + ended, arr_kept + min(begun, ended)
                if accounts:
                    cell = (grain, start, "all", "all")
                    for code, top, bottom in (
                        ("logo_churn", churned, accounts), ("grr", arr_kept, arr_start), ("nrr", arr_end, arr_start),
                    ):  # fmt: skip
                        value = top / bottom if bottom else None
                        self._add(code, "start_cohort", "", cell, "rate", top, bottom, value, accounts, None)

    def _integrity(self) -> None:
        good = ("delivered", "delivered_late", "recovered", "grain_merged")
        for boundary in ("B1", "B2", "B3"):
            rows: list[tuple[int, str | None, float, int]] = []
            for row in self.inputs.handoffs:
                if row.boundary != boundary or row.classification in ("double_entry", "declared_non_relay"):
                    continue
                at = row.out_at if row.out_at is not None else row.in_at
                assert at is not None, "a handoff has an OUT or an IN"
                if at + self.inputs.seeds.tolerances[boundary] <= self.inputs.as_of:
                    rows.append((day_of(at), None, int(row.classification in good), 1))
            self._rate("relay_integrity", "cohort", rows, boundary)


def is_active(contract: Contract, day: int) -> bool:
    """Whether a contract is in service on a day."""
    last = contract.churned - 1 if contract.churned is not None else contract.ends[-1][1]
    return contract.start <= day <= last


def mrr_on(contract: Contract, day: int) -> int:
    """Monthly recurring revenue on a day, whole yen."""
    return max(((since, mrr) for _, _, since, mrr in contract.changes if since <= day), default=(0, contract.mrr))[1]


def deal_of(opportunity: Opportunity, cycle: Cycle | None, seeds: Seeds) -> Deal:
    """What the KPIs need of an opportunity."""
    close, won_at = opportunity.final_close, opportunity.won_at
    won_on = on(won_at)
    amount = opportunity.amounts[-1][1]
    return Deal(
        id=opportunity.id,
        channel=cycle.channel if cycle else "",
        created_on=day_of(opportunity.created),
        accepted_on=on(opportunity.accepted_at),
        closed_on=day_of(close[0]) if close else None,
        won_on=won_on,
        is_valid=opportunity.accepted_at is not None
        and sum(map(bool, opportunity.bant)) >= seeds.limits["bant_fields"],
        amount=seeds.to_base(amount, opportunity.currency, won_on) if won_on is not None else None,
        opened_on=day_of(cycle.opened_at) if cycle else None,
    )


def _percentile(ordered: list[float], share: float) -> float | None:
    """Exact percentile with interpolation between neighbours; None where it falls on never."""
    place = share * (len(ordered) - 1)
    low = math.floor(place + 1e-9)
    high = min(low + (1 if place - low > 1e-9 else 0), len(ordered) - 1)
    if ordered[high] == math.inf:
        return None
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low if high != low else 0)


def _plain(value: float | None) -> float | int | None:
    """Whole numbers without a point, others to nine places."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 9)
