"""The answer key's KPIs of field sales: docs/definitions.md §6 and docs/kpis.md §2."""

from collections.abc import Callable, Iterator

from orchestration.simulation.clock import add_months, day_of
from orchestration.simulation.key.cycles import on
from orchestration.simulation.key.facts import Deal, Inputs
from orchestration.simulation.key.figures import Figures, Span, period_start


def add(figures: Figures, inputs: Inputs) -> None:
    """Every KPI that field sales owns."""
    _created(figures, inputs)
    _closed(figures, inputs)
    _won(figures, inputs)
    _open(figures, inputs)
    _stages(figures, inputs)
    _slipped(figures, inputs)
    _velocity(figures)


def _created(figures: Figures, inputs: Inputs) -> None:
    deals, windows = inputs.countable_deals, inputs.seeds.windows
    figures.flow("opp_cnt", ((deal.created_on, deal.channel, 1) for deal in deals))
    figures.flow(
        "valid_opp_cnt",
        ((deal.accepted_on, deal.channel, 1) for deal in deals if deal.is_valid and deal.accepted_on is not None),
    )
    settled = [
        (deal, deal.in_base(deal.amount_on(min(deal.created_on + windows["amount_settles"], inputs.today)), deal.created_on))
        for deal in deals
    ]  # fmt: skip
    figures.flow(
        "pipe_created",
        ((deal.created_on, deal.channel, amount / 100) for deal, amount in settled if amount is not None),
    )
    window = windows["opportunity_to_won"]
    figures.rate(
        "win_rate_cohort", "cohort",
        (
            (deal.created_on, deal.channel, int(deal.won_on is not None and deal.won_on <= deal.created_on + window), 1)
            for deal in deals
        ),
    )  # fmt: skip
    figures.rate(
        "win_rate_cohort", "period",
        [(deal.created_on, deal.channel, 0, 1) for deal in deals]
        + [(deal.won_on, deal.channel, 1, 0) for deal in deals if deal.won_on is not None],
    )  # fmt: skip


def _closed(figures: Figures, inputs: Inputs) -> None:
    closed = [(deal, deal.closed_on) for deal in inputs.countable_deals if deal.closed_on is not None]
    figures.rate(
        "win_rate_close", "period", ((day, deal.channel, int(deal.won_on is not None), 1) for deal, day in closed)
    )
    last = [(deal, day, deal.in_base(deal.opportunity.amounts[-1][1], day)) for deal, day in closed]
    figures.rate(
        "win_rate_amt", "period",
        (
            (day, deal.channel, amount / 100 if deal.won_on is not None else 0, amount / 100)
            for deal, day, amount in last
            if amount is not None
        ),
    )  # fmt: skip
    figures.rate(
        "comp_loss", "period",
        (
            (day, deal.channel, int(deal.is_lost_to_competitor), 1)
            for deal, day in closed
            if deal.won_on is None
        ),
    )  # fmt: skip
    figures.rate(
        "fb_cov", "period",
        (
            (day, deal.channel, int(deal.won_on is not None or bool(deal.opportunity.loss_reason)), 1)
            for deal, day in closed
            if deal.cycle and deal.cycle.handed_over_at is not None
        ),
    )  # fmt: skip


def _won(figures: Figures, inputs: Inputs) -> None:
    won = [(deal, deal.won_on) for deal in inputs.countable_deals if deal.won_on is not None]
    figures.flow("won_cnt", ((day, deal.channel, 1) for deal, day in won))
    priced = [(day, deal.channel, deal.won_amount / 100) for deal, day in won if deal.won_amount is not None]
    figures.flow("won_amt", priced)
    figures.rate("asp", "period", ((day, channel, amount, 1) for day, channel, amount in priced))
    figures.duration("cycle_days", "opportunity", ((day, deal.channel, day - deal.created_on) for deal, day in won))
    figures.duration(
        "cycle_days", "lead",
        ((day, deal.channel, day - day_of(deal.cycle.opened_at)) for deal, day in won if deal.cycle),
    )  # fmt: skip
    qualified = [(deal, day, on(deal.cycle.mql_at)) for deal, day in won if deal.cycle]
    figures.duration(
        "cycle_days", "mql",
        ((day, deal.channel, day - since) for deal, day, since in qualified if since is not None and since <= day),
    )  # fmt: skip


def _open(figures: Figures, inputs: Inputs) -> None:
    deals = [deal for deal in inputs.deals if deal.is_known]
    figures.stock("opp_open", [Span(deal.created_on, deal.left_on, deal.channel) for deal in deals])
    figures.stock("pipe_open", [span for deal in deals for span in _levels(deal, inputs, _worth)], "all")
    figures.stock("pipe_open", [span for deal in deals for span in _levels(deal, inputs, _due)], "due")


def _levels(deal: Deal, inputs: Inputs, amount_of: Callable[[Deal, int], int | None]) -> Iterator[Span]:
    """Days on which an open deal's amount in base currency stays the same."""
    end = deal.left_on if deal.left_on is not None else inputs.today + 1
    since, level = deal.created_on, amount_of(deal, deal.created_on)
    for day in range(deal.created_on + 1, end + 1):
        worth = None if day == end else amount_of(deal, day)
        if worth != level or day == end:
            if level is not None:
                yield Span(since, day, deal.channel, level / 100)
            since, level = day, worth


def _worth(deal: Deal, day: int) -> int | None:
    return deal.in_base(deal.amount_on(day), day)


def _due(deal: Deal, day: int) -> int | None:
    """What it is worth on a day of the fiscal quarter in which it is to close, as the record says then."""
    first = period_start(day, "fiscal_quarter")
    return _worth(deal, day) if first <= deal.close_day_on(day) < add_months(first, 3) else None


def _stages(figures: Figures, inputs: Inputs) -> None:
    window, orders = inputs.seeds.windows["stage_conversion"], inputs.seeds.stage_order
    is_open = inputs.seeds.open_stages.__contains__
    entries: dict[str, list[tuple[int, str, float, float]]] = {}
    changes: list[tuple[int, str, float, float]] = []
    for deal in inputs.countable_deals:
        stages = [(at, stage.lower()) for at, stage in deal.opportunity.stages]
        entered: set[str] = set()
        for place, (at, stage) in enumerate(stages):
            if place:
                is_back = is_open(stage) and orders[stage] < orders[stages[place - 1][1]]
                changes.append((day_of(at), deal.channel, int(is_back), 1))
            if not is_open(stage) or stage in entered:
                continue
            entered.add(stage)
            higher = [
                day_of(later)
                for later, reached in stages[place + 1 :]
                if reached == "closed won" or is_open(reached) and orders[reached] > orders[stage]
            ]
            converts = any(day <= day_of(at) + window for day in higher)
            entries.setdefault(stage, []).append((day_of(at), deal.channel, int(converts), 1))
    for stage, rows in entries.items():
        figures.rate("stage_cr", "cohort", rows, stage)
    figures.rate("regress_rate", "period", changes)


def _slipped(figures: Figures, inputs: Inputs) -> None:
    rows: list[tuple[str, int, str, float, float]] = []
    for start, end in figures.periods("fiscal_quarter"):
        last = add_months(start, 3) - 1
        for deal in inputs.deals:
            closed, left = deal.closed_on, deal.left_on
            if not deal.is_known or deal.created_on >= start or left is not None and left < start:
                continue
            if not start <= deal.close_day_on(start - 1) <= last:
                continue
            is_closed = closed is not None and closed <= end
            rows.append(("fiscal_quarter", start, deal.channel, not is_closed and deal.close_day_on(end) > last, 1))
    figures.start_cohort("slip_rate", rows)


def _velocity(figures: Figures) -> None:
    for cell in figures.cells("opp_open", "stock"):
        count = figures.value("opp_open", "stock", cell, "sum")
        rate = figures.value("win_rate_close", "period", cell, "rate")
        price = figures.value("asp", "period", cell, "rate")
        days = figures.value("cycle_days", "duration", cell, "median", "opportunity")
        if count is not None and rate is not None and price is not None and days:
            figures.derived("velocity", cell, count * rate * price / days)
