"""The answer key's KPIs as marketing and sales count them in their own tools: docs/kpis.md §3."""

from collections.abc import Iterator

from orchestration.simulation.clock import day_of, month_start
from orchestration.simulation.key.cycles import lead_events, on
from orchestration.simulation.key.facts import Deal, Inputs, Who, utc_day
from orchestration.simulation.key.figures import Figures
from orchestration.simulation.life import HANDED_OVER, MQL
from orchestration.simulation.truth import CrmLead

Rows = Iterator[tuple[int, str, float]]


def add(figures: Figures, inputs: Inputs) -> None:
    """Every view of §3."""
    figures.flow("lead_new", _ma_records(inputs), view="marketing")
    figures.flow("lead_new", ((day_of(lead.created), who.channel, 1) for who, lead in _leads(inputs)), view="sales")
    _inquiries(figures, inputs)
    figures.flow("mql_cnt", _stage_events(inputs, MQL), view="marketing")
    figures.flow("mql_cnt", _linked_leads(inputs), view="sales")
    figures.flow("handoff_b1_cnt", _stage_events(inputs, HANDED_OVER), view="marketing")
    figures.flow("handoff_b1_cnt", _entries(inputs), view="sales")
    _acceptance(figures, inputs)
    _valid_opportunities(figures, inputs)
    _won(figures, inputs)


def _ma_records(inputs: Inputs) -> Rows:
    for who in inputs.people:
        for record in who.person.ma:
            yield day_of(record.created), who.channel, 1


def _leads(inputs: Inputs) -> Iterator[tuple[Who, CrmLead]]:
    for who in inputs.people:
        for lead in who.person.leads:
            yield who, lead


def _inquiries(figures: Figures, inputs: Inputs) -> None:
    answers = [(day_of(response.at), who) for who in inputs.people for response in who.responses]
    figures.flow("inquiry_cnt", ((day, who.channel, 1) for day, who in answers), view="marketing")
    first: dict[tuple[int, int], tuple[int, str]] = {}
    for day, who in answers:
        if who.is_countable:
            place = (who.person.number, month_start(day))
            first[place] = min((day, who.channel), first.get(place, (day, who.channel)))
    figures.flow("inquiry_cnt", ((day, channel, 1) for day, channel in first.values()), view="sales")


def _stage_events(inputs: Inputs, value: str) -> Rows:
    for who in inputs.people:
        for at, _, stage in who.person.lifecycle:
            if stage == value:
                yield day_of(at), who.channel, 1


def _linked_leads(inputs: Inputs) -> Rows:
    for who, lead in _leads(inputs):
        entered = [event.at for event in lead_events(lead, inputs.seeds) if event.kind == "in"]
        if lead.ma_id and entered:
            yield day_of(entered[0]), who.channel, 1


def _entries(inputs: Inputs) -> Rows:
    for who, lead in _leads(inputs):
        for event in lead_events(lead, inputs.seeds):
            if event.kind == "in":
                yield day_of(event.at), who.channel, 1


def _acceptance(figures: Figures, inputs: Inputs) -> None:
    """Marketing takes a lead that inside sales received for accepted."""
    window = inputs.seeds.windows["acceptance"]
    received = {row.cycle.key: row.in_at for row in inputs.handoffs if row.cycle and row.out_at is not None
                and row.boundary == "B1"}  # fmt: skip
    reached = [(given, on(received[given.cycle.key])) for given in inputs.given]
    figures.rate(
        "accept_rate", "cohort",
        ((g.out_on, g.channel, int(day is not None and day <= g.out_on + window), 1) for g, day in reached),
        view="marketing",
    )  # fmt: skip
    figures.rate(
        "accept_rate", "period",
        [(g.out_on, g.channel, 0, 1) for g, _ in reached]
        + [(day, g.channel, 1, 0) for g, day in reached if day is not None],
        view="marketing",
    )  # fmt: skip
    figures.as_shared("accept_rate", "sales")


def _valid_opportunities(figures: Figures, inputs: Inputs) -> None:
    figures.flow(
        "valid_opp_cnt",
        ((deal.created_on, deal.channel, 1) for deal in inputs.countable_deals if deal.opportunity.lead_ids),
        view="marketing",
    )
    figures.as_shared("valid_opp_cnt", "sales")


def _won(figures: Figures, inputs: Inputs) -> None:
    given = [(deal, deal.won_on) for deal in inputs.countable_deals if deal.won_on is not None and _is_given(deal)]
    figures.flow("won_cnt", ((day, deal.channel, 1) for deal, day in given), view="marketing")
    recorded = [(deal, utc_day(at)) for deal in inputs.deals for at in [deal.opportunity.won_at] if at is not None]
    figures.flow("won_cnt", ((day, deal.channel, 1) for deal, day in recorded), view="sales")
    for view in ("marketing", "sales"):
        figures.flow("won_amt", bookings(inputs, view), view=view)


def _is_given(deal: Deal) -> bool:
    return deal.cycle is not None and deal.cycle.handed_over_at is not None


def bookings(inputs: Inputs, view: str) -> Rows:
    """Day, channel and amount of every deal that a team counts as bookings."""
    for deal in inputs.deals:
        won_at = deal.opportunity.won_at
        if won_at is None:
            continue
        if view == "sales":
            day = utc_day(won_at)
            amount = deal.in_base(deal.opportunity.amounts[-1][1], day)
        elif deal.is_countable and deal.won_on is not None and _is_given(deal):
            day, amount = deal.won_on, deal.won_amount
        else:
            continue
        if amount is not None:
            yield day, deal.channel, amount / 100
