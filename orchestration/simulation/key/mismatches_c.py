"""Lifecycle, order and time, as docs/mismatches.md says it of group C."""

from collections.abc import Iterator

from orchestration.simulation.clock import DAY, day_of
from orchestration.simulation.key.cycles import Cycle
from orchestration.simulation.key.facts import Who, is_active
from orchestration.simulation.key.mismatches import Facts, Reading, Row, instant_text, is_over, last_day
from orchestration.simulation.truth import CrmLead, MaRecord, Opportunity

_ORDER = {"": -1, "inquiry": 0, "mql": 1, "handed_over": 2, "opportunity": 3, "won": 4}
_ENDINGS = {"rejected", "disqualified", "recycled", "lost", "idle", "deleted", "merged_away", "churned"}


def c01(facts: Facts) -> Iterator[Row]:
    """Stage regress."""
    for who in facts.counted:
        endings = [at for cycle in who.cycles for at, stage in cycle.stage_events if stage in _ENDINGS]
        for record in facts.live_ma(who.person):
            known = [
                (at, facts.seeds.lifecycle[value])
                for at, value in facts.lifecycle(who.person, record)
                if value in facts.seeds.lifecycle
            ]
            for (since, before), (at, after) in zip(known, known[1:], strict=False):
                came_back = any(since <= ended <= at + DAY for ended in endings)
                if at <= facts.cutoff and _ORDER[after] < _ORDER[before] and not came_back:
                    yield record.id, "", instant_text(at)


def c02(facts: Facts) -> Iterator[Row]:
    """Stage skipped."""
    for who in facts.counted:
        mqls = [event.at for cycle in who.cycles for event in cycle.events if event.kind == "mql"]
        for cycle in who.cycles:
            out = cycle.handed_over_at
            if out is not None and not any(at <= out for at in mqls):
                yield cycle.handed_over_record, "", "mql"
        for lead in facts.live_leads(who.person):
            accepted = any(_lead_stage(facts, status) == "accepted" for _, status in lead.statuses)
            if lead.converted_at is not None and not accepted and facts.is_lead_relayed(lead.source, unmapped=True):
                yield "", lead.id, "accepted"
    for deal in facts.deals:
        stages = {stage.lower() for _, stage in deal.opportunity.stages if not stage.startswith("Closed")}
        if deal.won_on is not None and deal.opportunity.accepted_at is None and not stages & facts.seeds.valid_stages:
            yield "", deal.opportunity.id, "valid_opportunity"


def _lead_stage(facts: Facts, status: str) -> str:
    return facts.seeds.lead_stages.get(("salesforce", status.lower()), "")


def c07(facts: Facts) -> Iterator[Row]:
    """High-water mark."""
    day = day_of(facts.cutoff)
    for who in facts.counted:
        number = who.person.company.number
        contracts = facts.contracts_of_company.get(number, [])
        deals = [deal.opportunity for deal in facts.deals_of_company.get(number, [])]
        for record in facts.live_ma(who.person):
            history = facts.lifecycle(who.person, record)
            stage = facts.claims(who.person, record)
            dates = [day_of(history[-1][0])] if history else []
            dates += [last_day(contract) for contract in contracts]
            dates += [day_of(close[0]) for deal in deals if (close := deal.final_close)]
            if not dates or max(dates) + 30 >= day:
                continue
            if stage == "won" and not any(is_active(contract, day) for contract in contracts):
                last = max(contracts, key=lambda contract: (last_day(contract), contract.id), default=None)
                yield record.id, last.id if last else _closed_last(deals), "won"
            is_dead = all(deal.final_close and deal.won_at is None for deal in deals)
            if stage == "opportunity" and is_dead:
                yield record.id, _closed_last(deals), "opportunity"


def _closed_last(deals: list[Opportunity]) -> str:
    closed = [(close[0], deal.id) for deal in deals if (close := deal.final_close)]
    return max(closed)[1] if closed else ""


def c08(facts: Facts) -> Iterator[Row]:
    """Won, but lifecycle is not customer."""
    for who in facts.counted:
        won = [(deal.won_at, deal.id) for deal in facts.own_deals(who) if deal.won_at is not None]
        first = min((entry for entry in won if entry[0] <= facts.cutoff), default=None)
        claiming = _claiming(facts, who)
        if first is None or not claiming or any(stage == "won" for _, stage in claiming):
            continue
        contracts = facts.contracts_of_company.get(who.person.company.number, [])
        if not (contracts and all(is_over(contract, facts.today) for contract in contracts)):
            yield claiming[0][0].id, first[1], ""


def _claiming(facts: Facts, who: Who) -> list[tuple[MaRecord, str]]:
    """Live MA records that claim a stage."""
    records = [(record, facts.claims(who.person, record)) for record in facts.live_ma(who.person)]
    return [(record, stage) for record, stage in records if stage]


def c09(facts: Facts) -> Iterator[Row]:
    """Converted lead pointing nowhere."""
    for who in facts.counted:
        live = {contact.id for contact in facts.live_contacts(who.person)}
        for lead in facts.live_leads(who.person):
            if lead.converted_at is not None and lead.contact_id not in live:
                yield "", lead.id, ""


def c10(facts: Facts) -> Iterator[Row]:
    """Converted lead without opportunity."""
    for who in facts.counted:
        for lead in facts.live_leads(who.person):
            if lead.converted_at is None or lead.opportunity_id or day_of(lead.converted_at) + 7 >= facts.today:
                continue
            day = day_of(lead.converted_at)
            made = any(deal.person is who.person and day_of(deal.created) >= day for deal in who.person.opportunities)
            if not made and lead.says.get("No_Opportunity__c") != "true":
                yield "", lead.id, ""


def c11(facts: Facts) -> Iterator[Row]:
    """Converted, MA still nurturing."""
    for who in facts.counted:
        claiming = _claiming(facts, who)
        if not claiming or max(_ORDER[stage] for _, stage in claiming) > _ORDER["mql"]:
            continue
        for cycle in who.cycles:
            leads = _converted(cycle)
            if cycle.closed_at is None and leads and min(leads)[0] <= facts.cutoff:
                yield claiming[0][0].id, max(leads)[1], ""


def _converted(cycle: Cycle) -> list[tuple[int, str]]:
    """(when, lead) of each conversion in a cycle."""
    events = [event for event in cycle.events if event.kind == "converted"]
    return [
        (event.at, event.record_id)
        for event in events
        if isinstance(event.subject, CrmLead) and event.subject.deleted_at is None
    ]


def c13(facts: Facts) -> Iterator[Row]:
    """Re-MQL counted twice or never."""
    for who in facts.counted:
        had_one = False
        for cycle in who.cycles:
            mqls = sorted((event.at, event.record_id) for event in cycle.events if event.kind == "mql")
            for at, record in mqls[1:]:
                yield record, "", instant_text(at)
            if cycle.handed_over_at is not None and not mqls and had_one:
                yield cycle.handed_over_record, "", instant_text(cycle.handed_over_at)
            had_one = had_one or bool(mqls)


READINGS: dict[str, Reading] = {
    "C01": c01, "C02": c02, "C07": c07, "C08": c08, "C09": c09, "C10": c10, "C11": c11, "C13": c13,
}  # fmt: skip
