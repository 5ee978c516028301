"""Opportunity and money, as docs/mismatches.md says it of group D."""

from collections import defaultdict
from collections.abc import Iterator

from orchestration.simulation.clock import DAY, day_of
from orchestration.simulation.key.facts import Deal
from orchestration.simulation.key.mismatches import Facts, Reading, Row, is_over
from orchestration.simulation.truth import Opportunity

_NEW = ("new business", "new", "new customer")


def is_open(deal: Deal) -> bool:
    """Whether a deal is neither won nor lost."""
    return deal.opportunity.final_close is None


def is_late(facts: Facts, deal: Deal) -> bool:
    """Whether an open deal stands in a stage that field sales reaches only after accepting."""
    stage = deal.opportunity.stages[-1][1].lower()
    return is_open(deal) and stage in facts.seeds.valid_stages and stage in facts.seeds.open_stages


def accepted_at(facts: Facts, deal: Deal) -> int | None:
    """When field sales accepted a deal: the field, else the first stage that says so."""
    if deal.opportunity.accepted_at is not None:
        return deal.opportunity.accepted_at
    return next((at for at, stage in deal.opportunity.stages if stage.lower() in facts.seeds.valid_stages), None)


def d01(facts: Facts) -> Iterator[Row]:
    """Opportunity without contact role."""
    with_role = {role[2] for who in facts.inputs.people for role in who.person.roles}
    for deal in facts.deals:
        opportunity = deal.opportunity
        moments = [at for at in (accepted_at(facts, deal), opportunity.won_at) if at is not None]
        if (
            (is_late(facts, deal) or opportunity.won_at is not None) and opportunity.id not in with_role
            and min(moments) + DAY < facts.as_of
        ):  # fmt: skip
            yield "", opportunity.id, ""


def d04(facts: Facts) -> Iterator[Row]:
    """Duplicate opportunity for one deal."""
    for deals in facts.deals_of_company.values():
        current = [deal for deal in deals if is_open(deal)]
        current.sort(key=lambda deal: (deal.opportunity.created, deal.opportunity.id))
        for place, later in enumerate(current):
            if any(_resembles(deal, later) for deal in current[:place]):
                yield "", later.opportunity.id, ""


def _resembles(first: Deal, later: Deal) -> bool:
    one, two = (_in_base(deal) for deal in (first, later))
    if first.opportunity.kind.lower() != later.opportunity.kind.lower() or later.created_on - first.created_on > 30:
        return False
    return bool(one and two) and one > 0 < two and abs(one - two) * 100 <= 5 * max(one, two)


def _in_base(deal: Deal) -> int:
    day = deal.won_on if deal.won_on is not None else deal.created_on
    return deal.in_base(deal.opportunity.amounts[-1][1], day) or 0


def d08(facts: Facts) -> Iterator[Row]:
    """Won without close date, lost without reason."""
    for deal in facts.deals:
        opportunity, close = deal.opportunity, deal.opportunity.final_close
        if close is None or close[0] + DAY >= facts.as_of:
            continue
        if close[1] == "Closed Lost" and not opportunity.loss_reason and not opportunity.competitor:
            yield "", opportunity.id, "loss_reason"
        if close[1] == "Closed Won" and opportunity.says.get("CloseDate") == "":
            yield "", opportunity.id, "close_date"


def d09(facts: Facts) -> Iterator[Row]:
    """Open with past close date."""
    for deal in facts.deals:
        if is_open(deal) and deal.opportunity.close_days[-1][1] < facts.today:
            yield "", deal.opportunity.id, ""


def d14(facts: Facts) -> Iterator[Row]:
    """Stale open opportunity."""
    contacts: dict[str, set[str]] = defaultdict(set)
    of_deal: dict[str, list[int]] = defaultdict(list)
    of_contact: dict[str, list[int]] = defaultdict(list)
    for who in facts.inputs.people:
        for _, _, deal_id, contact, _ in who.person.roles:
            contacts[deal_id].add(contact)
        for act in who.person.activities:
            of_contact[act.who_id].append(act.at)
            if act.opportunity_id:
                of_deal[act.opportunity_id].append(act.at)
    for deal in facts.deals:
        opportunity = deal.opportunity
        moves = [at for at, _ in opportunity.stages] + of_deal[opportunity.id]
        moves += [at for contact in contacts[opportunity.id] for at in of_contact[contact] if at >= opportunity.created]
        if is_open(deal) and day_of(max(moves)) + 60 < facts.today:
            yield "", opportunity.id, ""


def d15(facts: Facts) -> Iterator[Row]:
    """Won on the day of creation, or before it was accepted."""
    for deal in facts.deals:
        opportunity, won = deal.opportunity, deal.opportunity.won_at
        if won is None or facts.seeds.origins.get(("opportunity_type", opportunity.kind.lower())) == "existing":
            continue
        if deal.won_on == deal.created_on:
            yield "", opportunity.id, "same_day"
        if opportunity.accepted_at is not None and won < opportunity.accepted_at:
            yield "", opportunity.id, "before_accepted"


def d16(facts: Facts) -> Iterator[Row]:
    """New or growth classified differently."""
    for number, deals in facts.deals_of_company.items():
        contracts = facts.contracts_of_company.get(number, [])
        for deal in deals:
            opportunity = deal.opportunity
            is_lost = opportunity.final_close is not None and opportunity.won_at is None
            if is_lost or opportunity.kind.lower() not in _NEW:
                continue
            begun = [contract for contract in contracts if contract.start <= deal.created_on]
            won_back = begun and all(is_over(contract, deal.created_on) for contract in begun)
            if _was_won_before(deals, opportunity) and not won_back:
                yield "", opportunity.id, ""


def _was_won_before(deals: list[Deal], opportunity: Opportunity) -> bool:
    others = (deal.opportunity.won_at for deal in deals if deal.opportunity is not opportunity)
    return any(won < opportunity.created for won in others if won is not None)


READINGS: dict[str, Reading] = {
    "D01": d01, "D04": d04, "D08": d08, "D09": d09, "D14": d14, "D15": d15, "D16": d16,
}  # fmt: skip
