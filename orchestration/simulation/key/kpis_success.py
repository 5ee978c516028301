"""The answer key's KPIs of customer success and of the whole company: docs/definitions.md §6 and docs/kpis.md §2."""

from collections import defaultdict

from orchestration.simulation.clock import day_of
from orchestration.simulation.key.cycles import on
from orchestration.simulation.key.facts import Deal, Inputs, is_active, mrr_on
from orchestration.simulation.key.figures import GRAINS, Channel, Figures, Span
from orchestration.simulation.truth import Contract


def add(figures: Figures, inputs: Inputs) -> None:
    """Every KPI that customer success or nobody alone owns."""
    _retention(figures, inputs)
    _revenue(figures, inputs)
    _welcome(figures, inputs)
    _answers(figures, inputs)
    _lead_to_won(figures, inputs)
    _new_customers(figures, inputs)
    _integrity(figures, inputs)


def _retention(figures: Figures, inputs: Inputs) -> None:
    by_account: dict[int, list[Contract]] = defaultdict(list)
    for contract in inputs.contracts:
        by_account[contract.company.number].append(contract)
    rows: dict[str, list[tuple[str, int, Channel, float, float]]] = {"logo_churn": [], "grr": [], "nrr": []}
    for grain in GRAINS:
        for start, end in figures.periods(grain):
            for contracts in by_account.values():
                at_start = [contract for contract in contracts if is_active(contract, start - 1)]
                if not at_start:
                    continue
                at_end = [contract for contract in contracts if is_active(contract, end)]
                begun = 12 * sum(mrr_on(contract, start - 1) for contract in at_start)
                ended = 12 * sum(mrr_on(contract, end) for contract in at_end)
                rows["logo_churn"].append((grain, start, None, not at_end, 1))
                rows["grr"].append((grain, start, None, min(begun, ended), begun))
                rows["nrr"].append((grain, start, None, ended, begun))
    for code, cohort in rows.items():
        figures.start_cohort(code, cohort)


def _revenue(figures: Figures, inputs: Inputs) -> None:
    spans = []
    for contract in inputs.contracts:
        ended = contract.churned if contract.churned is not None else contract.ends[-1][1] + 1
        edges = sorted({contract.start, ended, *(day for _, _, day, _ in contract.changes)})
        for since, until in zip(edges, edges[1:], strict=False):
            if contract.start <= since < ended:
                spans.append(Span(since, until, None, 12 * mrr_on(contract, since)))
    figures.stock("arr", spans)


def contracts_of(deal: Deal, contracts: list[Contract]) -> list[Contract]:
    """Contracts that cover a deal, the first accepted first."""
    ident = deal.opportunity.id
    found = [c for c in contracts if ident == c.opportunity_id or ident in c.further_opportunity_ids]
    return sorted(found, key=lambda contract: (contract.accepted_at, contract.id))


def _welcome(figures: Figures, inputs: Inputs) -> None:
    window = inputs.seeds.windows["onboarding"]
    accepted: list[tuple[int, str, int | None]] = []
    live: list[tuple[int, None, float, float]] = []
    for deal in inputs.countable_deals:
        if deal.won_on is None:
            continue
        contracts = contracts_of(deal, inputs.contracts)
        accepted.append(
            (deal.won_on, deal.channel, day_of(contracts[0].accepted_at) - deal.won_on if contracts else None)
        )
        named = [contract for contract in contracts if contract.opportunity_id == deal.opportunity.id]
        if named:
            live_on = on(named[0].live_at)
            live.append((deal.won_on, None, int(live_on is not None and live_on <= deal.won_on + window), 1))
    figures.duration("cs_handoff_days", "", accepted)
    figures.rate("onboard_rate", "cohort", live)


def _answers(figures: Figures, inputs: Inputs) -> None:
    answers = [answer for contract in inputs.contracts for answer in contract.scores]
    figures.rate("csat", "period", ((day_of(at), None, score, 1) for _, at, score, _ in answers))
    figures.rate(
        "nps", "period",
        ((day_of(at), None, (nps >= 9) - (nps <= 6), 1) for _, at, _, nps in answers if nps is not None),
    )  # fmt: skip


def _lead_to_won(figures: Figures, inputs: Inputs) -> None:
    window = inputs.seeds.windows["lead_to_won"]
    cycles = [(cycle, day_of(cycle.opened_at), on(cycle.won_at)) for cycle in inputs.countable_cycles]
    figures.rate(
        "l2w", "cohort",
        ((day, cycle.channel, int(won is not None and won <= day + window), 1) for cycle, day, won in cycles),
    )  # fmt: skip
    parts: dict[str, list[tuple[int, str, int | None]]] = {"total": [], "MKT": [], "IS": [], "FS": []}
    for deal in inputs.countable_deals:
        if deal.won_on is None or deal.cycle is None:
            continue
        opened, handed = day_of(deal.cycle.opened_at), on(deal.cycle.handed_over_at)
        given = deal.created_on if handed is None else min(handed, deal.created_on)
        for member, days in (
            ("total", deal.won_on - opened), ("MKT", given - opened), ("IS", deal.created_on - given),
            ("FS", deal.won_on - deal.created_on),
        ):  # fmt: skip
            parts[member].append((deal.won_on, deal.channel, days))
    for member, rows in parts.items():
        figures.duration("l2w_days", member, rows)


def _new_customers(figures: Figures, inputs: Inputs) -> None:
    first: dict[int, int] = {}
    for deal in inputs.countable_deals:
        if deal.won_on is not None:
            number = deal.opportunity.company.number
            first[number] = min(deal.won_on, first.get(number, deal.won_on))
    figures.flow("new_customer_cnt", ((day, None, 1) for day in first.values()))


def _integrity(figures: Figures, inputs: Inputs) -> None:
    good = ("delivered", "delivered_late", "recovered", "grain_merged")
    for boundary in ("B1", "B2", "B3"):
        rows: list[tuple[int, None, float, float]] = []
        for row in inputs.handoffs:
            if row.boundary != boundary or row.classification in ("double_entry", "declared_non_relay"):
                continue
            at = row.out_at if row.out_at is not None else row.in_at
            assert at is not None, "a handoff has an OUT or an IN"
            if at + inputs.seeds.tolerances[boundary] <= inputs.as_of:
                rows.append((day_of(at), None, int(row.classification in good), 1))
        figures.rate("relay_integrity", "cohort", rows, boundary)
