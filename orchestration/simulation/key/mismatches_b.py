"""Sync and relay, as docs/mismatches.md says it of group B."""

from collections.abc import Iterator

from orchestration.simulation.clock import DAY, day_of
from orchestration.simulation.key.cycles import IN_HANDS, Cycle
from orchestration.simulation.key.facts import is_active
from orchestration.simulation.key.mismatches import Facts, Reading, Row, date_text, is_open_at
from orchestration.simulation.key.relay import Handoff
from orchestration.simulation.truth import Contract, Person


def b01(facts: Facts) -> Iterator[Row]:
    """MQL in MA, nothing in CRM."""
    for who in facts.counted:
        person = who.person
        if facts.live_leads(person) or facts.live_contacts(person):
            continue
        for record in facts.live_ma(person):
            outs = [cycle.handed_over_at for cycle in who.cycles if cycle.handed_over_record == record.id]
            if outs and max(at for at in outs if at is not None) <= facts.cutoff:
                yield record.id, "", ""


def b02(facts: Facts) -> Iterator[Row]:
    """CRM lead without MA origin."""
    for who in facts.counted:
        if who.person.ma:
            continue
        for lead in facts.live_leads(who.person):
            if lead.created <= facts.cutoff and facts.is_lead_relayed(lead.source):
                yield "", lead.id, ""


def b04(facts: Facts) -> Iterator[Row]:
    """Relay set mismatch."""
    owner = {lead.id: who.person for who in facts.inputs.people for lead in who.person.leads}
    gone = {lead.id for who in facts.inputs.people for lead in who.person.leads if lead.deleted_at is not None}
    first: dict[str, str] = {}  # cycle -> the lead that came in first of those that are still there
    for row in facts.inputs.handoffs:
        at = row.out_at if row.out_at is not None else row.in_at
        assert at is not None, "a handoff has one side"
        if row.boundary == "B1" and row.in_record:
            is_alone = row.in_record not in gone and first.setdefault(row.subject, row.in_record) == row.in_record
            if row.in_record in gone or (row.classification == "double_entry" and is_alone):
                continue  # merged or deleted since: nothing is left to correct
        if row.classification not in ("lost_in_transit", "invented", "double_entry") or not _counts(row, owner):
            continue
        if row.boundary == "B2" or at <= facts.cutoff:
            is_lost = row.classification == "lost_in_transit"
            ma = row.out_record if row.boundary == "B1" and is_lost else ""
            crm = ("" if row.boundary == "B1" else row.out_record) if is_lost else row.in_record
            yield ma, crm, f"{row.boundary} {row.classification} {date_text(day_of(at))}"


def _counts(row: Handoff, owner: dict[str, Person]) -> bool:
    if row.cycle is not None:
        return row.cycle.is_countable
    person = owner.get(row.out_record)
    return person is None or not person.exclusion_reason


def b05(facts: Facts) -> Iterator[Row]:
    """Handed over without passing the gate."""
    for who, cycle, _ in facts.given:
        out = cycle.handed_over_at
        assert out is not None, "it was handed over"
        score = _score_at(who.person, out)
        answered = any(out - 90 * DAY <= response.at <= out for response in who.responses)
        if not cycle.is_hot and (score is None or score < 20) and not answered:
            yield cycle.handed_over_record, "", date_text(day_of(out))


def _score_at(person: Person, at: int) -> int | None:
    if not person.scores:
        return person.score
    return max((entry for entry in person.scores if entry[0] <= at), default=(0, "", None))[2]


def b06(facts: Facts) -> Iterator[Row]:
    """Passed the gate, not handed over."""
    for who in facts.counted:
        for cycle in who.cycles:
            is_left = cycle.closed_at is None and cycle.handed_over_at is None and not cycle.received
            if (
                is_left and cycle.is_hot and cycle.mql_at is not None and cycle.opportunity_created_at is None
                and cycle.mql_at + 7 * DAY < facts.as_of
            ):  # fmt: skip
                yield facts.first_ma(who.person), "", date_text(day_of(cycle.mql_at))


def b09(facts: Facts) -> Iterator[Row]:
    """Lead status and MA stage incompatible."""
    for who in facts.counted:
        for record in facts.live_ma(who.person):
            history = facts.lifecycle(who.person, record)
            stage = facts.seeds.lead_stages.get(("hubspot", history[-1][1]), "") if history else ""
            for lead in facts.live_leads(who.person):
                is_linked = lead.ma_id == record.id or (record.lead_link is not None and record.lead_link[1] == lead.id)
                status, since = facts.lead_stage(lead)
                if not stage or not status or lead.converted_at is not None or not is_linked:
                    continue
                ma_since = history[-1][0]
                is_same_cycle = ma_since > since if status in IN_HANDS else since > ma_since
                if stage == "inquiry" and status in IN_HANDS and record.created > since:
                    continue  # the MA learnt of the person from the CRM, or from a form of one in hands
                if (stage, status) not in facts.seeds.pairs and is_same_cycle and max(since, ma_since) <= facts.cutoff:
                    yield record.id, lead.id, ""


def b11(facts: Facts) -> Iterator[Row]:
    """Rejected without reason, or never returned."""
    nurture = {
        campaign.id: campaign for campaign in facts.world.campaigns if campaign.programme_type.lower() == "nurture"
    }
    for who in facts.counted:
        joined = [
            (created + 60, nurture[campaign])
            for _, created, campaign, _, _ in who.person.members
            if campaign in nurture
        ]
        is_nurtured = any(campaign.end >= day_of(facts.cutoff) for _, campaign in joined)
        for lead in facts.live_leads(who.person):
            stage, since = facts.lead_stage(lead)
            if stage == "rejected" and not lead.reject_reason:
                yield "", lead.id, "no_reason"
            is_late = since + 7 * DAY < facts.cutoff
            if stage == "recycled" and is_late and not is_nurtured and not any(at >= since for at, _ in joined):
                yield facts.first_ma(who.person), lead.id, "not_returned"


def b12(facts: Facts) -> Iterator[Row]:
    """Untouched past its SLA."""
    stock = {row.cycle.key: row for row in facts.inputs.stock_rows if row.cycle and row.left_at is None}
    for _, cycle, due in facts.given:
        row = stock.get(cycle.key)
        if row and cycle.closed_at is None and due < facts.as_of and cycle.first_attempt_at is None:
            yield cycle.handed_over_record, row.in_record, date_text(day_of(cycle.handed_over_at or 0))


def b13(facts: Facts) -> Iterator[Row]:
    """Auto-mail logged as first touch."""
    for who, cycle, due in facts.given:
        start = cycle.handed_over_at or 0
        if cycle.accepted_at is None or due >= facts.as_of or not cycle.received:
            continue
        is_late = cycle.first_attempt_at is None or cycle.first_attempt_at > due
        records = {lead.id for _, lead in cycle.received} | {contact.id for contact in who.person.contacts}
        mails = [act for act in who.person.activities if act.is_automated and act.who_id in records]
        if is_late and any(start <= act.at <= due for act in mails):
            yield "", cycle.received[0][1].id, date_text(day_of(start))


def b14(facts: Facts) -> Iterator[Row]:
    """MQL for a customer or an open opportunity."""
    contracts: dict[str, list[Contract]] = {}
    for contract in facts.world.contracts:
        contracts.setdefault(contract.opportunity_id, []).append(contract)
    for who in facts.counted:
        for cycle in who.cycles:
            if cycle.mql_at is None or cycle.is_mql_inferred:
                continue
            at, record = cycle.mql_at, _mql_record(cycle)
            deals = [deal for deal in facts.own_deals(who) if deal.created < at]
            current = [
                deal.id for deal in sorted(deals, key=lambda deal: (deal.created, deal.id)) if is_open_at(deal, at)
            ]
            own = [contract for deal in facts.own_deals(who) for contract in contracts.get(deal.id, [])]
            served = [contract for contract in own if is_active(contract, day_of(at))]
            served.sort(key=lambda contract: (contract.start, contract.id))
            if current or served:
                yield record, current[0] if current else served[0].id, date_text(day_of(at))


def _mql_record(cycle: Cycle) -> str:
    return next(event.record_id for event in cycle.events if event.kind == "mql")


READINGS: dict[str, Reading] = {
    "B01": b01, "B02": b02, "B04": b04, "B05": b05, "B06": b06, "B09": b09, "B11": b11, "B12": b12, "B13": b13, "B14": b14,
}  # fmt: skip
