"""Consent, customer success, time boundary and ingest, as docs/mismatches.md says it of groups E, F, G, H and I."""

from collections.abc import Iterator

from orchestration.simulation.clock import DAY, day_of
from orchestration.simulation.key.facts import utc_day
from orchestration.simulation.key.figures import period_start
from orchestration.simulation.key.mismatches import Facts, Reading, Row, is_over, last_day
from orchestration.simulation.render import lead_changed_at, ma_changed_at
from orchestration.simulation.truth import Contract, CrmContact, CrmLead


def e03(facts: Facts) -> Iterator[Row]:
    """Opted-out on an open deal."""
    people = {contact.id: who.person for who in facts.inputs.people for contact in who.person.contacts}
    first: dict[str, tuple[bool, int, str, str]] = {}
    for who in facts.inputs.people:
        for ident, created, deal_id, contact, is_primary in who.person.roles:
            role = (not is_primary, created, ident, contact)
            first[deal_id] = min(role, first.get(deal_id, role))
    for deal in facts.deals:
        primary = first.get(deal.opportunity.id)
        if deal.opportunity.final_close is not None or primary is None:
            continue
        person = people[primary[3]]
        out = [record.id for record in facts.live_ma(person) if record.is_opted_out]
        entries: list[CrmLead | CrmContact] = [*facts.live_leads(person), *facts.live_contacts(person)]
        if out or any(entry.says.get("HasOptedOutOfEmail") == "true" for entry in entries):
            yield out[0] if out else "", deal.opportunity.id, ""


def e04(facts: Facts) -> Iterator[Row]:
    """Won in CRM, still nurtured in MA: by a mailing, or as a member of a programme that is not over."""
    programmes = {
        c.id for c in facts.world.campaigns if c.programme_type == "nurture" and c.end >= day_of(facts.cutoff)
    }
    countable = {deal.opportunity.id for deal in facts.deals}
    for who in facts.counted:
        person = who.person
        converted = {lead.opportunity_id for lead in person.leads if lead.converted_at is not None}
        won = [
            (deal.won_at, deal.id)
            for deal in person.opportunities
            if deal.won_at is not None and deal.id in countable and (deal.person is person or deal.id in converted)
        ]
        contracts = facts.contracts_of_company.get(person.company.number, [])
        if not won or min(won)[0] + DAY >= facts.cutoff:
            continue
        at, deal = min(won)
        is_member = any(campaign in programmes for _, _, campaign, _, _ in person.members)
        is_gone = bool(contracts) and all(is_over(contract, day_of(facts.cutoff)) for contract in contracts)
        found = {facts.first_ma(person)} if is_member and not is_gone else set()
        mails = [mail for mail in facts.world.mails if mail.programme in ("acquisition", "nurture")]
        found |= {mail.ma_id for mail in mails if at + DAY < mail.at <= facts.cutoff and mail.person is person}
        for record in found - {""}:
            yield record, deal, ""


def f04(facts: Facts) -> Iterator[Row]:
    """Source differs between MA and CRM."""
    for who in facts.counted:
        leads = sorted(who.person.leads, key=lambda lead: (lead.created, lead.id))
        if not leads or leads[0].deleted_at is not None or lead_changed_at(leads[0], facts.as_of) > facts.cutoff:
            continue
        lead = leads[0]
        family = facts.seeds.families.get(facts.seeds.channel(lead.source), "")
        for record in facts.live_ma(who.person):
            is_linked = lead.ma_id == record.id or (record.lead_link is not None and record.lead_link[1] == lead.id)
            other = facts.seeds.families.get(facts.seeds.channel(record.source), "")
            changed = ma_changed_at(who.person, record, facts.as_of)
            if is_linked and family and other and family != other and changed <= facts.cutoff:
                yield record.id, lead.id, ""


def g01(facts: Facts) -> Iterator[Row]:
    """Closed-won without contract at customer success."""
    countable = {deal.opportunity.id for deal in facts.deals}
    for row in facts.inputs.handoffs:
        if row.boundary == "B3" and row.classification == "lost_in_transit" and row.out_record in countable:
            assert row.due_at is not None, "what was lost was given"
            if row.due_at <= facts.cutoff:
                yield "", row.out_record, ""


def g02(facts: Facts) -> Iterator[Row]:
    """Contract without won opportunity."""
    won = {deal.opportunity.id for deal in facts.deals if deal.won_on is not None}
    for contract in facts.world.contracts:
        deals = facts.deals_of_company.get(contract.company.number, [])
        names = {contract.opportunity_id, *contract.further_opportunity_ids}
        is_served = contract.start <= facts.today and not is_over(contract, facts.today)
        has_won = bool(names & won) or any(deal.won_on is not None for deal in deals)
        if contract.accepted_at <= facts.cutoff and is_served and not contract.origin and not has_won:
            yield "", contract.id, ""


def g03(facts: Facts) -> Iterator[Row]:
    """Won amount differs from contract."""
    won = {deal.opportunity.id: deal.won_amount for deal in facts.deals if deal.won_amount is not None}
    for contract in facts.world.contracts:
        amount = won.get(contract.opportunity_id)
        if amount is None or contract.further_opportunity_ids or contract.accepted_at > facts.cutoff:
            continue
        yearly = 12 * contract.mrr * 100
        difference, greater = abs(yearly - amount), max(yearly, amount)
        if difference > 100 and difference * 100 > 2 * greater:
            yield "", contract.opportunity_id, contract.id


def _over_since(contracts: list[Contract], day: int, more_than: int) -> int | None:
    """The day since which all contracts are over, where that is more than so many days before a day."""
    since = max((last_day(contract) + 1 for contract in contracts), default=None)
    return since if since is not None and since + more_than < day else None


def g04(facts: Facts) -> Iterator[Row]:
    """Churned at customer success, renewal still open."""
    for number, deals in facts.deals_of_company.items():
        over = _over_since(facts.contracts_of_company.get(number, []), day_of(facts.cutoff), 14)
        for deal in deals:
            opportunity = deal.opportunity
            kind = facts.seeds.origins.get(("opportunity_type", opportunity.kind.lower()))
            if over is not None and opportunity.final_close is None and kind == "existing" and deal.created_on < over:
                yield "", opportunity.id, ""


def g05(facts: Facts) -> Iterator[Row]:
    """Churned but customer in the MA."""
    for who in facts.counted:
        number = who.person.company.number
        over = _over_since(facts.contracts_of_company.get(number, []), day_of(facts.cutoff), 30)
        current = any(deal.opportunity.final_close is None for deal in facts.deals_of_company.get(number, []))
        for record in facts.live_ma(who.person) if over is not None and not current else ():
            if facts.claims(who.person, record) == "won":
                yield record.id, "", ""


def h01(facts: Facts) -> Iterator[Row]:
    """Time-zone day boundary."""
    for deal in facts.deals:
        close = deal.opportunity.final_close
        if close is not None and utc_day(close[0]) != day_of(close[0]) and "CloseDate" not in deal.opportunity.says:
            yield "", deal.opportunity.id, ""


def h02(facts: Facts) -> Iterator[Row]:
    """Fiscal-period boundary."""
    for deal in facts.deals:
        close = deal.opportunity.final_close
        if close is None or "CloseDate" in deal.opportunity.says:
            continue
        for grain, name in (("fiscal_year", "fiscal_year"), ("fiscal_quarter", "fiscal_quarter"), ("month", "month")):
            if period_start(utc_day(close[0]), grain) != period_start(day_of(close[0]), grain):
                yield "", deal.opportunity.id, name
                break


def i02(facts: Facts) -> Iterator[Row]:
    """Deleted in source, alive elsewhere."""
    for who in facts.counted:
        person = who.person
        records: list[CrmLead | CrmContact] = [*person.leads, *person.contacts]
        gone = {
            entry.id
            for entry in records
            if entry.deleted_at is not None and not entry.master_id and entry.deleted_at <= facts.cutoff
        }
        live = {contact.id for contact in facts.live_contacts(person)}
        for record in facts.live_ma(person):
            names = [link[1] for link in (record.lead_link, record.contact_link) if link is not None]
            if not live & set(names) and ma_changed_at(person, record, facts.as_of) <= facts.cutoff:
                for ident in names:
                    if ident in gone:
                        yield record.id, ident, ""


READINGS: dict[str, Reading] = {
    "E03": e03, "E04": e04, "F04": f04, "G01": g01, "G02": g02, "G03": g03, "G04": g04, "G05": g05, "H01": h01, "H02": h02,
    "I02": i02,
}  # fmt: skip
