"""The answer key's KPIs of marketing: docs/definitions.md §6 and docs/kpis.md §2."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from orchestration.simulation.clock import day_of
from orchestration.simulation.key.cycles import on
from orchestration.simulation.key.facts import Deal, Inputs, Who
from orchestration.simulation.key.figures import GRAINS, NONE, TOTAL, CellKey, Figures, period_start

MILLION = 1_000_000


def add(figures: Figures, inputs: Inputs) -> None:
    """Every KPI that marketing owns."""
    _people(figures, inputs)
    _cycles(figures, inputs)
    _persona_gap(figures, inputs)
    _costs(figures, inputs)
    _pipeline(figures, inputs)
    _attribution(figures, inputs)


def _people(figures: Figures, inputs: Inputs) -> None:
    window = inputs.seeds.windows["lead_to_mql"]
    people = inputs.countable_people
    mqls = [(who, on(min((c.mql_at for c in who.cycles if c.mql_at is not None), default=None))) for who in people]
    figures.flow("lead_new", ((who.seen_on, who.channel, 1) for who in people))
    figures.rate(
        "mql_rate", "cohort",
        ((who.seen_on, who.channel, int(mql is not None and mql <= who.seen_on + window), 1) for who, mql in mqls),
    )  # fmt: skip
    figures.rate(
        "mql_rate", "period",
        [(who.seen_on, who.channel, 0, 1) for who in people]
        + [(mql, who.channel, 1, 0) for who, mql in mqls if mql is not None],
    )  # fmt: skip
    figures.flow("inquiry_cnt", ((day_of(response.at), who.channel, 1) for who in people for response in who.responses))
    figures.rate(
        "research_share", "cohort",
        ((who.seen_on, who.channel, int(who.person.exclusion_reason == "research"), 1) for who in inputs.people),
    )  # fmt: skip
    figures.rate(
        "source_known", "cohort",
        ((who.seen_on, who.channel, int(who.channel not in ("", "unknown")), 1) for who in people),
    )  # fmt: skip


def _cycles(figures: Figures, inputs: Inputs) -> None:
    mqls = [(cycle, day_of(cycle.mql_at)) for cycle in inputs.countable_cycles if cycle.mql_at is not None]
    figures.flow("mql_cnt", ((day, cycle.channel, 1) for cycle, day in mqls))
    figures.distinct(
        "mql_person",
        ((day, cycle.channel, cycle.person.number) for cycle, day in mqls if cycle.person is not None),
    )  # fmt: skip
    given = inputs.given
    figures.flow("handoff_b1_cnt", ((g.out_on, g.channel, 1) for g in given))
    figures.flow("hot_lead_cnt", ((g.out_on, g.channel, 1) for g in given if g.cycle.is_hot))
    figures.rate("hot_lead_share", "cohort", ((g.out_on, g.channel, int(g.cycle.is_hot), 1) for g in given))
    figures.rate("persona_fit", "cohort", ((g.out_on, g.channel, int(g.who.is_target), 1) for g in given))
    values = inputs.lead_values
    figures.flow("lead_value", ((g.out_on, g.channel, values[g.cycle.key]) for g in given if values))


def _persona_gap(figures: Figures, inputs: Inputs) -> None:
    personas: dict[CellKey, list[Counter[str]]] = defaultdict(lambda: [Counter(), Counter()])
    handed = [(g.out_on, g.who.persona) for g in inputs.given]
    created = [(deal.created_on, _persona(deal, inputs)) for deal in inputs.countable_deals]
    for side, rows in enumerate((handed, created)):
        for day, persona in rows:
            for grain in GRAINS:
                personas[(grain, period_start(day, grain), *TOTAL)][side][persona] += 1
    for cell, (leads, deals) in personas.items():
        if leads and deals:
            gap = sum(abs(leads[persona] * deals.total() - deals[persona] * leads.total()) for persona in leads | deals)
            value = gap / (2 * leads.total() * deals.total())
            figures.derived("persona_gap", cell, value)


def _persona(deal: Deal, inputs: Inputs) -> str:
    person = deal.cycle.person if deal.cycle else None
    return inputs.who_of[person.number].persona if person else NONE


def _costs(figures: Figures, inputs: Inputs) -> None:
    rows: list[tuple[int, str, int]] = []
    for campaign in inputs.campaigns:
        # Salesforce's campaigns have a type but no channel.
        channel = inputs.seeds.channel(campaign.channel) if campaign.system == "hubspot" else ""
        days = campaign.end - campaign.start + 1
        daily, left = divmod(campaign.cost, days)
        for day in range(campaign.start, min(campaign.end, inputs.today) + 1):
            rows.append((day, channel, daily + (left if day == campaign.end else 0)))
    figures.flow("mkt_cost", rows)


def _pipeline(figures: Figures, inputs: Inputs) -> None:
    window = inputs.seeds.windows["influence"]
    members: dict[str, list[tuple[int, str, float]]] = {"handoff": [], "lead_source": [], "first_touch": []}
    influenced: list[tuple[int, str, float]] = []
    for deal in inputs.countable_deals:
        opportunity, cycle = deal.opportunity, deal.cycle
        amount = deal.in_base(opportunity.amounts[0][1], deal.created_on)
        if amount is None:
            continue
        row = (deal.created_on, deal.channel, amount / 100)
        who = _who(deal, inputs)
        handed = cycle.handed_over_at if cycle else None
        if handed is not None and handed <= opportunity.created:
            members["handoff"].append(row)
        if inputs.seeds.origins.get(("lead_source", opportunity.source.lower())) == "relay":
            members["lead_source"].append(row)
        if who and any(record.created <= opportunity.created for record in who.person.ma):
            members["first_touch"].append(row)
        if who and any(
            response.at <= opportunity.created and day_of(response.at) >= deal.created_on - window
            for response in who.responses
        ):
            influenced.append(row)
    for member, rows in members.items():
        figures.flow("mkt_sourced_pipe", rows, member)
    figures.flow("mkt_infl_pipe", influenced)


def _who(deal: Deal, inputs: Inputs) -> Who | None:
    person = deal.cycle.person if deal.cycle else None
    return inputs.who_of[person.number] if person else None


def _attribution(figures: Figures, inputs: Inputs) -> None:
    for member, weights in inputs.seeds.attribution.items():
        figures.flow("attr_rev", _credits(inputs, weights), member)


def _credits(
    inputs: Inputs, weights: tuple[int | None, int | None, int | None]
) -> Iterator[tuple[int, str, float]]:  # fmt: skip
    for deal in inputs.countable_deals:
        if deal.won_on is None or deal.won_amount is None:
            continue
        who = _who(deal, inputs)
        touches = [r for r in who.responses if r.at <= deal.opportunity.created] if who else []
        shares = touch_shares(len(touches), weights)
        amounts = [deal.won_amount // 100 * share // MILLION * 100 for share in shares]
        first = next(place for place, share in enumerate(shares) if share)
        amounts[first] += deal.won_amount - sum(amounts)
        for share, amount in zip(shares, amounts, strict=True):
            if share:
                yield deal.won_on, deal.channel, amount / 100


def touch_shares(touches: int, weights: tuple[int | None, int | None, int | None]) -> list[int]:
    """Parts per million of each touch in order of time; without touches, of the opportunity itself."""
    if touches < 2:
        return [MILLION]
    first, middle, last = weights
    shares = [first or 0, *[0] * (touches - 2), last or 0]
    sharing = [place for place in range(1, touches - 1)]
    sharing += [place for place, own in ((0, first), (touches - 1, last)) if own is None]
    for place in sharing or [0, touches - 1]:
        shares[place] += (middle or 0) // len(sharing or [0, 1])
    shares[0] += MILLION - sum(shares)
    return shares
