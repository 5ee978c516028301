"""The answer key's lead cycles: docs/definitions.md §4 applied to the true events of each person, one event at a time."""

from dataclasses import dataclass, field

from orchestration.simulation.clock import DAY, day_of, day_start
from orchestration.simulation.seeds import Seeds
from orchestration.simulation.truth import CrmLead, Opportunity, Person

OPENER, PROGRESS, CLOSER = 1, 2, 3
IN_HANDS = ("received", "accepted")
EXITS = ("rejected", "disqualified", "recycled")
GONE = ("deleted", "merged_away")


@dataclass(slots=True)
class Event:
    """One event of a timeline."""

    at: int
    rank: int
    kind: str
    system: str
    record_id: str
    subject: object = None


@dataclass(slots=True)
class Cycle:
    """One true lead cycle with the times of §4 (UTC seconds; None: never)."""

    person: Person | None
    number: int
    opened_at: int
    opened_by: Event
    first_seen_at: int
    events: list[Event] = field(default_factory=list)
    closed_at: int | None = None
    close_reason: str = ""
    mql_at: int | None = None
    is_mql_inferred: bool = False
    handed_over_at: int | None = None
    handed_over_record: str = ""
    received: list[tuple[int, CrmLead]] = field(default_factory=list)
    accepted_at: int | None = None
    first_attempt_at: int | None = None
    first_contact_at: int | None = None
    opportunity_created_at: int | None = None
    won_at: int | None = None
    is_hot: bool = False
    stage_events: list[tuple[int, str]] = field(default_factory=list)
    previous: "Cycle | None" = None
    is_countable: bool = True
    channel: str = ""

    @property
    def key(self) -> str:
        """Name of the cycle within the answer key."""
        owner = f"p{self.person.number}" if self.person else f"o{self.opened_by.record_id}"
        return f"{owner}-{self.number}"


def first_seen(person: Person) -> tuple[int, str, str]:
    """Instant, system and record id of a person's first appearance."""
    seen = [(record.created, "hubspot", record.id) for record in person.ma]
    seen += [(lead.created, "salesforce", lead.id) for lead in person.leads]
    seen += [(contact.created, "salesforce", contact.id) for contact in person.contacts]
    seen += [(at, "hubspot", ma_id) for at, ma_id, _, _ in person.responses]
    seen += [(day_start(day), "salesforce", record) for _, _, _, record, day in person.members if day is not None]
    return min(seen)


def original_source(person: Person) -> str:
    """Source of the MA record created first, else of the CRM lead created first; '' for none."""
    if person.ma:
        return min(person.ma, key=lambda record: (record.created, record.id)).source
    return min(person.leads, key=lambda lead: (lead.created, lead.id)).source if person.leads else ""


def lead_events(lead: CrmLead, seeds: Seeds) -> list[Event]:
    """Stage events of one CRM lead: IN events are openers, exits closers, the rest progress."""
    events: list[Event] = []
    was_in_hands = False
    ended = min(at for at in (lead.converted_at, lead.deleted_at, 1 << 62) if at is not None)
    for at, status in lead.statuses:
        if at >= ended:
            break
        stage = seeds.lead_stages[("salesforce", status.lower())]
        if stage in IN_HANDS and not was_in_hands:
            events.append(Event(at, OPENER, "in", "salesforce", lead.id, lead))
        rank = CLOSER if stage in EXITS else PROGRESS
        if stage != "received" or was_in_hands:  # back from accepted to received
            events.append(Event(at, rank, stage, "salesforce", lead.id, lead))
        was_in_hands = stage in IN_HANDS
    if lead.converted_at is not None:
        events.append(Event(lead.converted_at, PROGRESS, "converted", "salesforce", lead.id, lead))
    if lead.deleted_at is not None:
        kind = "merged_away" if lead.master_id else "deleted"
        events.append(Event(lead.deleted_at, PROGRESS, kind, "salesforce", lead.id, lead))
    return events


def _opportunity_events(opportunity: Opportunity, others: list[Opportunity], seeds: Seeds) -> list[Event]:
    rank = PROGRESS if opportunity.lead_ids else OPENER
    events = [Event(opportunity.created, rank, "opportunity", "salesforce", opportunity.id, opportunity)]
    close = opportunity.final_close
    for at, stage in opportunity.stages[1:]:
        kind = {"Closed Won": "won", "Closed Lost": "lost"}.get(stage, "stage")
        if kind == "stage" and stage.lower() in seeds.valid_stages:
            kind = "valid_opportunity"
        is_final = close is not None and at == close[0]
        closes = is_final and not any(_is_open(other, at) for other in others if other is not opportunity)
        events.append(Event(at, CLOSER if closes else PROGRESS, kind, "salesforce", opportunity.id, opportunity))
    if opportunity.deleted_at is not None:
        kind = "merged_away" if opportunity.merged_into else "deleted"
        events.append(Event(opportunity.deleted_at, PROGRESS, kind, "salesforce", opportunity.id, opportunity))
    return events


def _is_open(opportunity: Opportunity, at: int) -> bool:
    close = opportunity.final_close
    end = close[0] if close else opportunity.deleted_at
    return opportunity.created <= at and (end is None or end > at)


def timeline(person: Person, seeds: Seeds) -> list[Event]:
    """A person's events in order of (time, rank, record id)."""
    seen_at, seen_system, seen_id = first_seen(person)
    events = [Event(seen_at, OPENER, "first_appearance", seen_system, seen_id)]
    events += [Event(at, OPENER, "response", "hubspot", ident) for at, _, ident, _ in person.responses]
    events += [
        Event(day_start(day), OPENER, "response", "salesforce", ident)
        for ident, _, _, _, day in person.members
        if day is not None
    ]
    for at, ma_id, value in person.lifecycle:
        stage = seeds.lead_stages.get(("hubspot", value))
        if stage is None:
            continue
        events.append(Event(at, PROGRESS if stage == "inquiry" else OPENER, stage, "hubspot", ma_id))
    for lead in person.leads:
        events += lead_events(lead, seeds)
    events += [
        Event(activity.at, PROGRESS, "activity", "salesforce", activity.id, activity)
        for activity in person.activities
        if not activity.is_automated
    ]
    for opportunity in person.opportunities:
        events += _opportunity_events(opportunity, person.opportunities, seeds)
    return sorted(events, key=lambda event: (event.at, event.rank, event.record_id))


def cycles_of(person: Person, seeds: Seeds, as_of: int) -> list[Cycle]:
    """The lead cycles of a person."""
    idle = seeds.windows["idle"] * DAY
    events = timeline(person, seeds)
    channel = seeds.channel(original_source(person))
    cycles: list[Cycle] = []
    current: Cycle | None = None
    is_broken = True
    last = events[0].at
    for event in events:
        if current is not None and not is_broken and event.at - last > idle and not _has_open(person, last):
            current.closed_at, current.close_reason, is_broken = last + idle, "idle", True
        if is_broken and event.rank == OPENER:
            previous = current
            current = Cycle(person, len(cycles) + 1, event.at, event, events[0].at)
            current.previous, current.channel = previous, channel
            current.is_countable = not person.exclusion_reason
            cycles.append(current)
            is_broken = False
        assert current is not None, "the first event of a person opens a cycle"
        current.events.append(event)
        if event.rank == CLOSER and not is_broken and not _has_open(person, event.at):
            current.closed_at, current.close_reason, is_broken = event.at, event.kind, True
        last = event.at
    if current is not None and not is_broken and as_of - last > idle and not _has_open(person, last):
        current.closed_at, current.close_reason = last + idle, "idle"
    for cycle in cycles:
        _set_times(cycle, person, seeds)
    return cycles


def _has_open(person: Person, after: int) -> bool:
    """Whether an opportunity is open just after an event (until the next event nothing of it changes)."""
    return any(_is_open(opportunity, after) for opportunity in person.opportunities)


def _set_times(cycle: Cycle, person: Person, seeds: Seeds) -> None:
    in_leads: set[str] = set()
    for event in cycle.events:
        at, kind = event.at, event.kind
        if kind == "mql" and cycle.mql_at is None:
            cycle.mql_at = at
        elif kind == "handed_over" and cycle.handed_over_at is None:
            cycle.handed_over_at, cycle.handed_over_record = at, event.record_id
        elif kind == "in" and event.record_id not in in_leads:
            assert isinstance(event.subject, CrmLead)
            in_leads.add(event.record_id)
            cycle.received.append((at, event.subject))
        elif kind == "accepted" and cycle.accepted_at is None:
            cycle.accepted_at = at
        elif kind == "opportunity" and cycle.opportunity_created_at is None:
            cycle.opportunity_created_at = at
        elif kind == "won" and cycle.won_at is None:
            cycle.won_at = at
        if kind in ("inquiry", "mql", "handed_over", "received", "accepted", *EXITS, "converted", "deleted", "merged_away",
                    "opportunity", "valid_opportunity", "won", "lost"):  # fmt: skip
            cycle.stage_events.append((at, kind))
        elif kind == "in":
            cycle.stage_events.append((at, "received"))
    if cycle.handed_over_at is not None and (cycle.mql_at is None or cycle.mql_at > cycle.handed_over_at):
        cycle.mql_at, cycle.is_mql_inferred = cycle.handed_over_at, True
    if cycle.close_reason == "idle" and cycle.closed_at is not None:
        cycle.stage_events.append((cycle.closed_at, "idle"))
    if not cycle.stage_events:
        cycle.stage_events.append((cycle.opened_at, "inquiry"))
    _set_first_attempt(cycle)
    at_hand = cycle.handed_over_at if cycle.handed_over_at is not None else cycle.mql_at
    cycle.is_hot = at_hand is not None and _is_hot(person, at_hand, seeds)


def _set_first_attempt(cycle: Cycle) -> None:
    start = cycle.handed_over_at
    if start is None:
        start = cycle.received[0][0] if cycle.received else None
    if start is None:
        return
    for event in cycle.events:
        if event.kind != "activity" or event.at < start or event.subject is None:
            continue
        direction, outcome = event.subject.direction, event.subject.outcome  # type: ignore[attr-defined]
        if direction != "Inbound" and cycle.first_attempt_at is None:
            cycle.first_attempt_at = event.at
        is_two_way = direction == "Inbound" or outcome in ("Connected", "Held", "Replied")
        if is_two_way and cycle.first_contact_at is None:
            cycle.first_contact_at = event.at


def current_stage(cycle: Cycle) -> str:
    """The latest stage of a cycle. A record that went says so only when no other lead or deal of the cycle is left."""
    is_left = any(
        event.subject.deleted_at is None and not (isinstance(event.subject, CrmLead) and event.subject.converted_at)
        for event in cycle.events
        if isinstance(event.subject, CrmLead | Opportunity)
    )
    return max((at, stage) for at, stage in cycle.stage_events if not (is_left and stage in GONE))[1]


def is_score_high(person: Person, at: int, seeds: Seeds) -> bool:
    """Whether the points at an instant are enough for hot."""
    known = [entry for entry in person.scores if entry[0] <= at]
    score = max(known)[2] if known else person.score if not person.scores else 0
    return score >= seeds.hot_score


def _is_hot(person: Person, at: int, seeds: Seeds) -> bool:
    company = person.company
    _, is_target = seeds.persona(company.industry, company.employees, person.department, person.title)
    recency = seeds.hot_recency_days * DAY
    responded = [response[0] for response in person.responses]
    responded += [day_start(day) for _, _, _, _, day in person.members if day is not None]
    return is_score_high(person, at, seeds) and is_target and any(at - recency <= seen <= at for seen in responded)


def personless_cycle(opportunity: Opportunity, seeds: Seeds) -> Cycle:
    """The cycle of an opportunity without person."""
    events = sorted(_opportunity_events(opportunity, [opportunity], seeds), key=lambda event: (event.at, event.rank))
    cycle = Cycle(None, 1, opportunity.created, events[0], opportunity.created, events=events)
    cycle.opportunity_created_at, cycle.won_at = opportunity.created, opportunity.won_at
    if (close := opportunity.final_close) is not None:
        cycle.closed_at, cycle.close_reason = close[0], "won" if close[1] == "Closed Won" else "lost"
    cycle.stage_events = [(event.at, event.kind) for event in events if event.kind != "stage"]
    cycle.is_countable = opportunity.deleted_at is None
    return cycle


def on(instant: int | None) -> int | None:
    """Business day of an instant."""
    return None if instant is None else day_of(instant)
