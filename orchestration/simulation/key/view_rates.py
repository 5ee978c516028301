"""The answer key's rates, meetings and pipeline as marketing and sales count them: docs/kpis.md §3."""

from orchestration.simulation.clock import day_of
from orchestration.simulation.key.cycles import Cycle, is_score_high, on
from orchestration.simulation.key.facts import Inputs
from orchestration.simulation.key.figures import Figures
from orchestration.simulation.key.kpis_inside import rejection
from orchestration.simulation.key.kpis_success import contracts_of
from orchestration.simulation.key.views import bookings
from orchestration.simulation.life import MQL


def add(figures: Figures, inputs: Inputs) -> None:
    """Every view of §3 of a rate, of meetings and of opportunities."""
    _opportunity_rate(figures, inputs)
    _hot(figures, inputs)
    _mql_rate(figures, inputs)
    _sources(figures, inputs)
    _service_level(figures, inputs)
    _rejection(figures, inputs)
    _meetings(figures, inputs)
    _opportunities(figures, inputs)
    _average_deal(figures, inputs)
    _onboarding(figures, inputs)
    _durations(figures, inputs)
    _competitor_losses(figures, inputs)


def _received_on(cycle: Cycle) -> int | None:
    return day_of(cycle.received[0][0]) if cycle.received else None


def _opportunity_rate(figures: Figures, inputs: Inputs) -> None:
    window = inputs.seeds.windows["handoff_to_opportunity"]
    held: dict[str, int] = {}
    for meeting in inputs.meetings:
        if meeting.held_on is not None:
            held[meeting.cycle.key] = min(meeting.held_on, held.get(meeting.cycle.key, meeting.held_on))
    sides: dict[str, list[tuple[int, str, int | None]]] = {"marketing": [], "sales": []}
    for cycle in inputs.countable_cycles:
        created, met = on(cycle.opportunity_created_at), held.get(cycle.key)
        sides["marketing"].append((day_of(cycle.opened_at), cycle.channel, created))
        came = _received_on(cycle)
        if came is not None:
            both = max(created, met) if created is not None and met is not None else None
            sides["sales"].append((came, cycle.channel, both))
    for view, rows in sides.items():
        figures.rate(
            "opp_rate", "cohort",
            ((day, channel, int(to is not None and to <= day + window), 1) for day, channel, to in rows), view=view,
        )  # fmt: skip
        figures.rate(
            "opp_rate", "period",
            [(day, channel, 0, 1) for day, channel, _ in rows]
            + [(to, channel, 1, 0) for _, channel, to in rows if to is not None], view=view,
        )  # fmt: skip


def _hot(figures: Figures, inputs: Inputs) -> None:
    by_points: list[tuple[int, str, float, float]] = []
    by_rating: list[tuple[int, str, float, float]] = []
    points = []
    for cycle in inputs.countable_cycles:
        if cycle.person is None:
            continue
        at = cycle.handed_over_at if cycle.handed_over_at is not None else cycle.mql_at
        has_points = at is not None and is_score_high(cycle.person, at, inputs.seeds)
        if cycle.mql_at is not None:
            by_points.append((day_of(cycle.mql_at), cycle.channel, int(has_points), 1))
        if cycle.handed_over_at is not None and has_points:
            points.append((day_of(cycle.handed_over_at), cycle.channel, 1))
        came = _received_on(cycle)
        if came is not None:
            # the connector writes the rating of a lead by the person's points
            by_rating.append((came, cycle.channel, int(cycle.person.score >= 60), 1))
    figures.flow("hot_lead_cnt", points, view="marketing")
    figures.flow("hot_lead_cnt", ((day, channel, 1) for day, channel, is_hot, _ in by_rating if is_hot), view="sales")
    figures.rate("hot_lead_share", "cohort", by_points, view="marketing")
    figures.rate("hot_lead_share", "cohort", by_rating, view="sales")


def _mql_rate(figures: Figures, inputs: Inputs) -> None:
    rows: list[tuple[int, str, float, float]] = []
    for who in inputs.people:
        rows += [(day_of(at), who.channel, 1, 0) for at, _, stage in who.person.lifecycle if stage == MQL]
        rows += [(day_of(record.created), who.channel, 0, 1) for record in who.person.ma]
    for basis in ("cohort", "period"):
        figures.rate("mql_rate", basis, rows, view="marketing")
    figures.as_shared("mql_rate", "sales")


def _sources(figures: Figures, inputs: Inputs) -> None:
    sides: dict[str, list[tuple[int, str, float, float]]] = {"marketing": [], "sales": []}
    for who in inputs.countable_people:
        known = {
            "marketing": [(record.created, record.id, record.source) for record in who.person.ma],
            "sales": [(lead.created, lead.id, lead.source) for lead in who.person.leads],
        }
        for view, records in known.items():
            channel = inputs.seeds.channel(min(records)[2]) if records else ""
            sides[view].append((who.seen_on, who.channel, int(channel not in ("", "unknown")), 1))
    for view, rows in sides.items():
        figures.rate("source_known", "cohort", rows, view=view)


def _service_level(figures: Figures, inputs: Inputs) -> None:
    by_clock: list[tuple[int, str, float, float]] = []
    attempted: list[tuple[int, str, float, float]] = []
    for given in inputs.given:
        attempt = given.cycle.first_attempt_at
        due = given.out_at + 60 * inputs.seeds.sla["hot" if given.cycle.is_hot else "standard"]
        if due <= inputs.as_of:
            by_clock.append((day_of(due), given.channel, int(attempt is not None and attempt <= due), 1))
        if given.due_at <= inputs.as_of and attempt is not None:
            attempted.append((day_of(given.due_at), given.channel, int(attempt <= given.due_at), 1))
    figures.rate("sla_met", "cohort", by_clock, view="marketing")
    figures.rate("sla_met", "cohort", attempted, view="sales")


def _rejection(figures: Figures, inputs: Inputs) -> None:
    sides: dict[str, list[tuple[int, str, float, float]]] = {"marketing": [], "sales": []}
    for given in inputs.given:
        first = rejection(given.cycle)
        is_turned_down = any(event.kind in ("rejected", "disqualified") for event in given.cycle.events)
        sides["marketing"].append((given.out_on, given.channel, int(first is not None and bool(first[1])), 1))
        sides["sales"].append((given.out_on, given.channel, int(is_turned_down), 1))
    for view, rows in sides.items():
        figures.rate("reject_rate", "cohort", rows, view=view)


def _meetings(figures: Figures, inputs: Inputs) -> None:
    figures.as_shared("appt_cnt", "marketing")
    held = [(meeting, meeting.held_on) for meeting in inputs.meetings if meeting.held_on is not None]
    figures.flow("appt_cnt", ((day, meeting.who.channel, 1) for meeting, day in held), view="sales")
    figures.as_shared("valid_opp_rate", "marketing")
    removed = {deal.opportunity.id for deal in inputs.deals if deal.opportunity.deleted_at is not None}
    valid = {deal.opportunity.id for deal in inputs.countable_deals if deal.is_valid}
    rows: list[tuple[int, str, float, float]] = []
    for meeting, day in held:
        named = meeting.activity.opportunity_id
        if named in removed:
            continue
        created = {event.record_id for event in meeting.cycle.events if event.kind == "opportunity"}
        rows.append((day, meeting.who.channel, int(named in valid if named else bool(created & valid)), 1))
    figures.rate("valid_opp_rate", "cohort", rows, view="sales")


def _opportunities(figures: Figures, inputs: Inputs) -> None:
    seeds, deals = inputs.seeds, inputs.countable_deals
    figures.flow("opp_cnt", ((deal.created_on, deal.channel, 1) for deal in inputs.deals), view="marketing")
    accepted = [
        deal
        for deal in deals
        if deal.accepted_on is not None
        and seeds.origins.get(("opportunity_type", deal.opportunity.kind.lower())) != "existing"
    ]
    figures.flow("opp_cnt", ((deal.created_on, deal.channel, 1) for deal in accepted), view="sales")
    for view, place in (("marketing", 0), ("sales", -1)):
        amounts = [(deal, deal.in_base(deal.opportunity.amounts[place][1], deal.created_on)) for deal in deals]
        figures.flow(
            "pipe_created",
            ((deal.created_on, deal.channel, amount / 100) for deal, amount in amounts if amount is not None),
            view=view,
        )
    figures.as_member("mkt_sourced_pipe", "marketing", "first_touch", "handoff")
    figures.as_member("mkt_sourced_pipe", "sales", "lead_source", "handoff")
    closed = [(deal, deal.closed_on) for deal in deals if deal.closed_on is not None]
    decided = [
        (day, deal.channel, int(deal.won_on is not None), 1)
        for deal, day in closed
        if deal.won_on is not None or seeds.loss_reasons.get(deal.opportunity.loss_reason.lower()) != "no_decision"
    ]
    figures.as_shared("win_rate_close", "marketing")
    figures.rate("win_rate_close", "period", decided, view="sales")
    window, valid = seeds.windows["opportunity_to_won"], [deal for deal in deals if deal.is_valid]
    figures.as_shared("win_rate_cohort", "sales")
    figures.rate(
        "win_rate_cohort", "cohort",
        (
            (deal.created_on, deal.channel, int(deal.won_on is not None and deal.won_on <= deal.created_on + window), 1)
            for deal in valid
        ),
        view="marketing",
    )  # fmt: skip
    figures.rate(
        "win_rate_cohort", "period",
        [(deal.created_on, deal.channel, 0, 1) for deal in valid]
        + [(deal.won_on, deal.channel, 1, 0) for deal in valid if deal.won_on is not None],
        view="marketing",
    )  # fmt: skip


def _average_deal(figures: Figures, inputs: Inputs) -> None:
    """asp over what each team counts as bookings: docs/kpis.md §3, won_amt."""
    for view in ("marketing", "sales"):
        rows = [(day, channel, amount, 1.0) for day, channel, amount in bookings(inputs, view)]
        figures.rate("asp", "period", rows, view=view)


def _onboarding(figures: Figures, inputs: Inputs) -> None:
    window = inputs.seeds.windows["onboarding"]
    rows: list[tuple[int, None, float, float]] = []
    for deal in inputs.countable_deals:
        named = [
            contract
            for contract in contracts_of(deal, inputs.contracts)
            if contract.opportunity_id == deal.opportunity.id
        ]
        if deal.won_on is not None and named:
            begun = named[0].start <= min(deal.won_on + window, inputs.today)
            rows.append((deal.won_on, None, int(begun), 1))
    figures.as_shared("onboard_rate", "marketing")
    figures.rate("onboard_rate", "cohort", rows, view="sales")


def _durations(figures: Figures, inputs: Inputs) -> None:
    """On the wall clock: marketing from the last response up to the handover, sales from the receipt; deals from the lead."""
    entered = {row.cycle.key: row.entered_at for row in inputs.stock_rows if row.cycle is not None}
    for code, attribute in (("stl_attempt", "first_attempt_at"), ("stl_contact", "first_contact_at")):
        sides: dict[str, list[tuple[int, str, int | None]]] = {"marketing": [], "sales": []}
        for given in inputs.given:
            responses = [e.at for e in given.cycle.events if e.kind == "response" and e.at <= given.out_at]
            starts = {"marketing": max(responses, default=given.out_at), "sales": entered.get(given.cycle.key)}
            end = getattr(given.cycle, attribute)
            for view, start in starts.items():
                if start is not None:
                    minutes = None if end is None else max(end - start, 0) // 60
                    sides[view].append((given.out_on, given.channel, minutes))
        for view, rows in sides.items():
            figures.duration(code, "wall_clock", rows, view)
    figures.as_member("cycle_days", "marketing", "lead", "opportunity")
    figures.as_member("cycle_days", "sales", "opportunity", "opportunity")


def _competitor_losses(figures: Figures, inputs: Inputs) -> None:
    lost = [(deal, deal.closed_on) for deal in inputs.countable_deals if deal.won_on is None]
    told = [
        (day, deal.channel, int(deal.is_lost_to_competitor), 1)
        for deal, day in lost
        if day is not None and (deal.opportunity.loss_reason or deal.opportunity.competitor)
    ]
    figures.as_shared("comp_loss", "marketing")
    figures.rate("comp_loss", "period", told, view="sales")
