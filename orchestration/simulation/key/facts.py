"""What the answer key's KPIs are computed from: true people, cycles, deals, handoffs and contracts, and readings that
several KPIs share (docs/kpis.md §1)."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from orchestration.simulation.clock import day_of, day_start
from orchestration.simulation.key.cycles import Cycle, on
from orchestration.simulation.key.relay import Handoff
from orchestration.simulation.plans import Plans
from orchestration.simulation.seeds import Seeds
from orchestration.simulation.truth import Activity, Campaign, Contract, Opportunity, Person

WON, LOST = "Closed Won", "Closed Lost"


@dataclass(frozen=True, slots=True)
class Response:
    """A response of a person."""

    at: int
    id: str
    system: str


@dataclass(slots=True)
class Who:
    """A person as the KPIs see them, with all their cycles."""

    person: Person
    cycles: list[Cycle]
    persona: str
    is_target: bool

    @property
    def channel(self) -> str:
        """Channel of the person; '' for none."""
        return self.cycles[0].channel

    @property
    def seen_on(self) -> int:
        """Day of the first appearance."""
        return day_of(self.cycles[0].first_seen_at)

    @property
    def is_countable(self) -> bool:
        """Whether the KPIs count the person."""
        return not self.person.exclusion_reason

    @property
    def responses(self) -> list[Response]:
        """Responses in order of time, then id, then system."""
        found = [Response(at, ident, "hubspot") for at, _, ident, _ in self.person.responses]
        found += [
            Response(day_start(day), ident, "salesforce")
            for ident, _, _, _, day in self.person.members
            if day is not None
        ]
        return sorted(found, key=lambda response: (response.at, response.id, response.system))


@dataclass(slots=True)
class Deal:
    """An opportunity as the KPIs see it. Days are counted from 1970, amounts in hundredths of the base currency.

    One whose person is countable `is_known`, and countable unless it was removed.
    """

    opportunity: Opportunity
    cycle: Cycle | None
    is_countable: bool
    is_known: bool
    channel: str
    created_on: int
    accepted_on: int | None
    closed_on: int | None
    won_on: int | None
    is_valid: bool
    won_amount: int | None
    seeds: Seeds

    def in_base(self, amount: int, day: int) -> int | None:
        """An amount of this deal at the rate of a day; None without a rate."""
        return self.seeds.to_base(amount, self.opportunity.currency, day)

    def amount_on(self, day: int) -> int:
        """The amount that was known on a day, in the deal's currency."""
        amounts = self.opportunity.amounts
        return next((amount for at, amount in reversed(amounts) if day_of(at) <= day), amounts[0][1])

    def close_day_on(self, day: int) -> int:
        """The close date as the record showed it on a day: planned, or once closed the day of closing in UTC."""
        at, stage = next(entry for entry in reversed(self.opportunity.stages) if day_of(entry[0]) <= day)
        if stage in (WON, LOST):
            return utc_day(at)
        return next(planned for since, planned in reversed(self.opportunity.close_days) if day_of(since) <= day)

    @property
    def left_on(self) -> int | None:
        """The day on which it was closed or removed; None while it is open."""
        return min((day for day in (self.closed_on, on(self.opportunity.deleted_at)) if day is not None), default=None)

    @property
    def is_lost_to_competitor(self) -> bool:
        """Whether the lost deal names a competitor."""
        reason = self.seeds.loss_reasons.get(self.opportunity.loss_reason.lower())
        return bool(self.opportunity.competitor) or reason == "competitor"


def utc_day(at: int) -> int:
    """The calendar day of an instant in UTC, which is what Salesforce writes as close date."""
    return at // 86400


def deal_of(opportunity: Opportunity, cycle: Cycle | None, seeds: Seeds) -> Deal:
    """What the KPIs need of an opportunity."""
    close, won_on, person = opportunity.final_close, on(opportunity.won_at), opportunity.person
    amount = opportunity.amounts[-1][1]
    accepted = opportunity.accepted_at
    if accepted is None:  # the first stage that is reached only after accepting
        accepted = next((at for at, stage in opportunity.stages if stage.lower() in seeds.valid_stages), None)
    is_known = person is None or not person.exclusion_reason
    return Deal(
        opportunity=opportunity,
        cycle=cycle,
        is_countable=is_known and opportunity.deleted_at is None,
        is_known=is_known,
        channel=cycle.channel if cycle else "",
        created_on=day_of(opportunity.created),
        accepted_on=on(accepted),
        closed_on=day_of(close[0]) if close else None,
        won_on=won_on,
        is_valid=accepted is not None and sum(map(bool, opportunity.bant)) >= seeds.limits["bant_fields"],
        won_amount=seeds.to_base(amount, opportunity.currency, won_on) if won_on is not None else None,
        seeds=seeds,
    )


@dataclass(frozen=True, slots=True)
class Given:
    """A countable cycle that was handed over. `due_at`: when its SLA runs out."""

    cycle: Cycle
    who: Who
    out_at: int
    out_on: int
    due_at: int

    @property
    def channel(self) -> str:
        """Channel of the cycle."""
        return self.cycle.channel


@dataclass(frozen=True, slots=True)
class Untouched:
    """A handed-over cycle that nobody touched in time, and until when."""

    cycle: Cycle
    since: int
    until: int | None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A human meeting of a countable person."""

    activity: Activity
    who: Who
    cycle: Cycle
    booked_on: int
    held_on: int | None


@dataclass
class Inputs:
    """The truth, counted by the rules of docs/definitions.md."""

    people: list[Who]
    cycles: list[Cycle]
    deals: list[Deal]
    handoffs: list[Handoff]
    contracts: list[Contract]
    campaigns: list[Campaign]
    plans: Plans
    seeds: Seeds
    as_of: int
    first_day: int

    @property
    def today(self) -> int:
        """Business day of as_of."""
        return day_of(self.as_of)

    @cached_property
    def countable_people(self) -> list[Who]:
        """People that the KPIs count."""
        return [who for who in self.people if who.is_countable]

    @cached_property
    def countable_cycles(self) -> list[Cycle]:
        """Cycles that the KPIs count."""
        return [cycle for cycle in self.cycles if cycle.is_countable]

    @cached_property
    def countable_deals(self) -> list[Deal]:
        """Deals that the KPIs count."""
        return [deal for deal in self.deals if deal.is_countable]

    @cached_property
    def who_of(self) -> dict[int, Who]:
        """People by their number."""
        return {who.person.number: who for who in self.people}

    @cached_property
    def given(self) -> list[Given]:
        """Handed-over cycles."""
        found = []
        for cycle in self.countable_cycles:
            out = cycle.handed_over_at
            if out is not None and cycle.person is not None:
                minutes = self.seeds.sla["hot" if cycle.is_hot else "standard"]
                due = self.seeds.hours.after(out, minutes * 60)
                found.append(Given(cycle, self.who_of[cycle.person.number], out, day_of(out), due))
        return found

    @cached_property
    def stock_rows(self) -> list[Handoff]:
        """Rows of B1 with OUT and IN of countable cycles."""
        return [
            row
            for row in self.handoffs
            if row.boundary == "B1"
            and row.out_at is not None
            and row.entered_at is not None
            and row.cycle is not None
            and row.cycle.is_countable
        ]

    @cached_property
    def untouched(self) -> list[Untouched]:
        """The rows of untouched_cnt."""
        need = self.seeds.limits["untouched_business_minutes"] * 60
        found = []
        for row in self.stock_rows:
            cycle = row.cycle
            assert cycle is not None and row.entered_at is not None, "stock_rows have both"
            since = self.seeds.hours.after(row.entered_at, need)
            ends = [at for at in (cycle.first_attempt_at, row.left_at, cycle.closed_at) if at is not None]
            until = min(ends, default=None)
            if since <= self.as_of and (until is None or day_of(until) > day_of(since)):
                found.append(Untouched(cycle, day_of(since), on(until)))
        return found

    @cached_property
    def meetings(self) -> list[Meeting]:
        """Human meetings of countable people. The CRM's export tells when the record was made: two days before."""
        found = []
        for who in self.countable_people:
            for cycle in who.cycles:
                for event in cycle.events:
                    activity = event.subject
                    if isinstance(activity, Activity) and activity.kind == "Meeting" and not activity.is_automated:
                        held = day_of(activity.at) if activity.outcome == "Held" else None
                        found.append(Meeting(activity, who, cycle, day_of(activity.booked_at), held))
        return found

    @cached_property
    def lead_values(self) -> dict[str, int]:
        """Whole yen that each handed-over cycle is worth, by the cycle's key (kpi lead_value)."""
        window, prior = self.seeds.windows["opportunity_to_won"], self.seeds.limits["lead_value_prior"]
        groups: dict[tuple[str, bool], list[int]] = {}
        for given in self.given:
            if given.out_on + window < self.today:
                won_on = on(given.cycle.won_at)
                count = groups.setdefault((given.channel, given.cycle.is_hot), [0, 0])
                count[0] += 1
                count[1] += won_on is not None and won_on <= given.out_on + window
        won = [deal.won_amount for deal in self.countable_deals if deal.won_amount is not None]
        if not groups or not won:
            return {}
        overall = Fraction(sum(w for _, w in groups.values()), sum(n for n, _ in groups.values()))
        average = Fraction(sum(won), 100 * len(won))
        values = {}
        for given in self.given:
            n, w = groups.get((given.channel, given.cycle.is_hot), [0, 0])
            values[given.cycle.key] = int((w + prior * overall) / (n + prior) * average)
        return values


def is_human_attempt(activity: Activity) -> bool:
    """Whether an activity is one that a person of ours began."""
    return not activity.is_automated and activity.direction != "Inbound"


def is_two_way(activity: Activity) -> bool:
    """Whether the customer took part in an activity."""
    is_answered = activity.outcome in ("Connected", "Held", "Replied")
    return not activity.is_automated and (activity.direction == "Inbound" or is_answered)


def activities_of(cycle: Cycle) -> list[Activity]:
    """Human activities of a cycle, both ways."""
    return [event.subject for event in cycle.events if isinstance(event.subject, Activity)]


def is_active(contract: Contract, day: int) -> bool:
    """Whether a contract is in service on a day."""
    last = contract.churned - 1 if contract.churned is not None else contract.ends[-1][1]
    return contract.start <= day <= last


def mrr_on(contract: Contract, day: int) -> int:
    """Monthly recurring revenue on a day, whole yen."""
    return max(((since, mrr) for _, _, since, mrr in contract.changes if since <= day), default=(0, contract.mrr))[1]
