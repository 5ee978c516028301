"""The answer key's KPIs of inside sales: docs/definitions.md §6 and docs/kpis.md §2."""

from orchestration.simulation.clock import day_of
from orchestration.simulation.key.cycles import Cycle, on
from orchestration.simulation.key.facts import Given, Inputs, activities_of, is_human_attempt, is_two_way
from orchestration.simulation.key.figures import GRAINS, Figures, Span

GIVEN_UP = ("rejected", "disqualified", "recycled", "idle")
LATENT = ("recycled", "idle", "lost")


def add(figures: Figures, inputs: Inputs) -> None:
    """Every KPI that inside sales owns."""
    _answers(figures, inputs)
    _speed(figures, inputs)
    _persistence(figures, inputs)
    _stocks(figures, inputs)
    _losses(figures, inputs)
    _meetings(figures, inputs)
    _recycling(figures, inputs)
    _latent(figures, inputs)


def _answers(figures: Figures, inputs: Inputs) -> None:
    given, windows = inputs.given, inputs.seeds.windows
    for code, window, attribute in (
        ("accept_rate", windows["acceptance"], "accepted_at"),
        ("opp_rate", windows["handoff_to_opportunity"], "opportunity_created_at"),
    ):
        reached = [(g, on(getattr(g.cycle, attribute))) for g in given]
        figures.rate(
            code, "cohort",
            ((g.out_on, g.channel, int(to is not None and to <= g.out_on + window), 1) for g, to in reached),
        )  # fmt: skip
        figures.rate(
            code, "period",
            [(g.out_on, g.channel, 0, 1) for g in given]
            + [(to, g.channel, 1, 0) for g, to in reached if to is not None],
        )  # fmt: skip
    figures.rate(
        "approach_rate", "cohort", ((g.out_on, g.channel, int(g.cycle.first_attempt_at is not None), 1) for g in given)
    )
    rejected = [(g, rejection(g.cycle)) for g in given]
    figures.rate("reject_rate", "cohort", ((g.out_on, g.channel, int(reason is not None), 1) for g, reason in rejected))
    figures.rate(
        "reject_reason_cov", "cohort",
        ((day_of(reason[0]), g.channel, int(bool(reason[1])), 1) for g, reason in rejected if reason is not None),
    )  # fmt: skip


def rejection(cycle: Cycle) -> tuple[int, str] | None:
    """When a cycle was first rejected, and the reason on the lead that was; None where it never was."""
    events = [event for event in cycle.events if event.kind == "rejected"]
    if not events:
        return None
    first = min(events, key=lambda event: (event.at, event.record_id))
    return first.at, first.subject.reject_reason  # type: ignore[attr-defined]


def _speed(figures: Figures, inputs: Inputs) -> None:
    hours = inputs.seeds.hours
    for code, attribute in (("stl_attempt", "first_attempt_at"), ("stl_contact", "first_contact_at")):
        reached = [(g, getattr(g.cycle, attribute)) for g in inputs.given]
        figures.duration(
            code, "wall_clock",
            ((g.out_on, g.channel, None if at is None else (at - g.out_at) // 60) for g, at in reached),
        )  # fmt: skip
        figures.duration(
            code, "business_hours",
            ((g.out_on, g.channel, None if at is None else hours.between(g.out_at, at) // 60) for g, at in reached),
        )  # fmt: skip
    figures.rate(
        "sla_met", "cohort",
        ((day_of(g.due_at), g.channel, int(_is_in_time(g)), 1) for g in inputs.given if g.due_at <= inputs.as_of),
    )  # fmt: skip


def _is_in_time(given: Given) -> bool:
    attempt = given.cycle.first_attempt_at
    return attempt is not None and attempt <= given.due_at


def _persistence(figures: Figures, inputs: Inputs) -> None:
    window, wanted = inputs.seeds.windows["persistence"], inputs.seeds.limits["persistence_attempts"]
    rows: list[tuple[int, str, float, float]] = []
    for given in inputs.given:
        due = given.out_on + window
        if due > inputs.today:
            continue
        tried = [act for act in activities_of(given.cycle) if act.at >= given.out_at and day_of(act.at) <= due]
        is_met = sum(map(is_human_attempt, tried)) >= wanted or any(map(is_two_way, tried))
        rows.append((due, given.channel, int(is_met), 1))
    figures.rate("persist_met", "cohort", rows)


def _stocks(figures: Figures, inputs: Inputs) -> None:
    held = []
    for row in inputs.stock_rows:
        assert row.cycle is not None and row.entered_at is not None, "stock_rows have both"
        held.append(Span(day_of(row.entered_at), on(row.left_at), row.cycle.channel))
    figures.stock("is_stock_cnt", held)
    figures.stock("untouched_cnt", [Span(u.since, u.until, u.cycle.channel) for u in inputs.untouched])
    for cell in figures.cells("is_stock_cnt", "stock"):
        held_count = figures.value("is_stock_cnt", "stock", cell, "sum")
        untouched = figures.value("untouched_cnt", "stock", cell, "sum") or 0
        assert held_count, "cells of a stock hold something"
        figures.derived("untouched_rate", cell, untouched / held_count)


def _losses(figures: Figures, inputs: Inputs) -> None:
    values = inputs.lead_values
    untouched = {u.cycle.key for u in inputs.untouched}
    figures.flow(
        "opp_loss_amt",
        ((u.since, u.cycle.channel, values[u.cycle.key]) for u in inputs.untouched if values),
        "untouched",
    )
    lost: dict[str, list[int]] = {}
    for deal in inputs.countable_deals:
        close = deal.opportunity.final_close
        if deal.cycle and close is not None and deal.won_on is None and deal.is_lost_to_competitor:
            lost.setdefault(deal.cycle.key, []).append(close[0])
    ours = []
    for given in inputs.given:
        after_breach = [at for at in lost.get(given.cycle.key, []) if given.due_at <= at <= inputs.as_of]
        if after_breach and given.cycle.key not in untouched and not _is_in_time(given):
            ours.append((day_of(min(after_breach)), given))
    figures.flow(
        "opp_loss_amt",
        ((day, given.channel, values[given.cycle.key]) for day, given in ours if values),
        "competitor",
    )


def _meetings(figures: Figures, inputs: Inputs) -> None:
    meetings = inputs.meetings
    figures.flow("appt_cnt", ((m.booked_on, m.who.channel, 1) for m in meetings))
    figures.flow("appt_held", ((m.held_on, m.who.channel, 1) for m in meetings if m.held_on is not None))
    valid = {deal.opportunity.id for deal in inputs.countable_deals if deal.is_valid}
    rows: list[tuple[int, str, float, float]] = []
    for meeting in meetings:
        if meeting.held_on is None:
            continue
        named = meeting.activity.opportunity_id
        created = {event.record_id for event in meeting.cycle.events if event.kind == "opportunity"}
        is_valid = named in valid if named else bool(created & valid)
        rows.append((meeting.held_on, meeting.who.channel, int(is_valid), 1))
    figures.rate("valid_opp_rate", "cohort", rows)


def _recycling(figures: Figures, inputs: Inputs) -> None:
    figures.rate(
        "recycle_rate", "cohort",
        (
            (day_of(g.cycle.closed_at), g.channel, int(g.cycle.close_reason == "recycled"), 1)
            for g in inputs.given
            if g.cycle.closed_at is not None and g.cycle.close_reason in GIVEN_UP
            and g.cycle.opportunity_created_at is None
        ),
    )  # fmt: skip
    window = inputs.seeds.windows["recycle_to_opportunity"]
    rows: list[tuple[int, str, float, float]] = []
    for who in inputs.countable_people:
        for place, cycle in enumerate(who.cycles):
            if cycle.close_reason == "recycled" and cycle.closed_at is not None:
                closed = day_of(cycle.closed_at)
                later = [on(again.opportunity_created_at) for again in who.cycles[place + 1 :]]
                yields = any(day is not None and day <= closed + window for day in later)
                rows.append((closed, who.channel, int(yields), 1))
    figures.rate("recycle_yield", "cohort", rows)


def _latent(figures: Figures, inputs: Inputs) -> None:
    rows: list[tuple[str, int, str, float, float]] = []
    for who in inputs.countable_people:
        given_back = [
            day_of(cycle.closed_at)
            for cycle in who.cycles
            if cycle.handed_over_at is not None and cycle.close_reason in LATENT and cycle.closed_at is not None
        ]
        if not given_back:
            continue
        attempts = [day_of(act.at) for act in who.person.activities if is_human_attempt(act)]
        for grain in GRAINS:
            for start, end in figures.periods(grain):
                if min(given_back) < start and _is_dormant(who.cycles, start):
                    rows.append((grain, start, who.channel, any(start <= day <= end for day in attempts), 1))
    figures.start_cohort("latent_approach", rows)


def _is_dormant(cycles: list[Cycle], day: int) -> bool:
    """How a person stands when a day begins: the latest cycle is over, recycled, idle or lost."""
    begun = [cycle for cycle in cycles if day_of(cycle.opened_at) < day]
    if not begun or begun[-1].closed_at is None:
        return False
    return day_of(begun[-1].closed_at) < day and begun[-1].close_reason in LATENT
