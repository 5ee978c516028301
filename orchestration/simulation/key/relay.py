"""The answer key's handoffs and ledger: docs/definitions.md §5 applied to the true cycles, deals and contracts."""

from collections import defaultdict
from dataclasses import dataclass

from orchestration.simulation.clock import add_months, day_of, day_start, month_start
from orchestration.simulation.key.cycles import EXITS, IN_HANDS, Cycle
from orchestration.simulation.seeds import Seeds
from orchestration.simulation.truth import Contract, CrmContact, CrmLead, Opportunity

_B1_EXITS = {"rejected": "rejected", "disqualified": "disqualified", "recycled": "recycled_out"}
INFLOWS = ("delivered", "recovered", "declared_non_relay", "recycled_in", "reopened", "invented", "double_entry")
OUTFLOWS = ("converted", "rejected", "disqualified", "recycled_out", "lost_deals", "deleted", "merged_away")


@dataclass(slots=True)
class Handoff:
    """One handoff (instants in UTC seconds). `subject`: cycle key, opportunity id or contract id."""

    boundary: str
    subject: str
    cycle: Cycle | None
    out_at: int | None
    out_record: str
    in_at: int | None
    in_record: str
    origin: str
    classification: str = ""
    entered_at: int | None = None
    left_at: int | None = None
    left_as: str = ""
    due_at: int | None = None
    is_by_contact: bool = False  # B1: a contact came in, for want of a lead
    unit_in_at: int | None = None  # of a grain_merged row: when the unit it merges into came in


def classify(row: Handoff, seeds: Seeds, as_of: int) -> None:
    """Set classification (unless given), due and entry of a handoff."""
    tolerance = seeds.tolerances[row.boundary]
    row.due_at = None if row.out_at is None else row.out_at + tolerance
    if not row.classification:
        row.classification = _classification(row, as_of)
    if row.in_at is not None and row.classification != "grain_merged":
        row.entered_at = max(row.in_at, row.out_at or row.in_at)


def _classification(row: Handoff, as_of: int) -> str:
    if row.due_at is None:
        declared = ("sgl", "tgl", "partner", "direct", "existing", "recycled", "reopened")
        return "declared_non_relay" if row.origin in declared else "invented"
    if row.in_at is None:
        return "in_transit" if row.due_at >= as_of else "lost_in_transit"
    if row.in_at <= row.due_at:
        return "delivered"
    same_month = month_start(day_of(row.in_at)) == month_start(day_of(row.due_at))
    return "delivered_late" if same_month else "recovered"


def b1_handoffs(cycles: list[Cycle], seeds: Seeds, as_of: int) -> list[Handoff]:
    """MKT → IS, one per cycle with an OUT or IN and one per further CRM lead; a cycle without any lead may have a contact."""
    rows = []
    next_openings = {id(cycle.previous): cycle.opened_at for cycle in cycles if cycle.previous is not None}
    for cycle in cycles:
        out_at, received = cycle.handed_over_at, list(cycle.received)
        if out_at is not None and (held := _held_at(cycle, out_at, seeds)) is not None:
            received = [(out_at, held), *(entry for entry in received if entry[1] is not held)]
        if out_at is None and not received:
            continue
        if out_at is not None and not received:
            contact = _contact_of(cycle, out_at, next_openings.get(id(cycle)))
            if contact is not None:
                rows.append(_by_contact(cycle, out_at, contact, seeds, as_of))
                continue
        for rank, (in_at, lead) in enumerate(received or [(None, None)]):
            row = Handoff(
                "B1", cycle.key, cycle, out_at if rank == 0 else None, cycle.handed_over_record if rank == 0 else "",
                in_at, lead.id if lead else "", "relay" if out_at is not None else _b1_origin(cycle, lead, seeds),
            )  # fmt: skip
            row.classification = "double_entry" if rank else ""
            classify(row, seeds, as_of)
            if lead is not None and row.entered_at is not None:
                row.left_at, row.left_as = _b1_exit(cycle, lead, row.entered_at, seeds)
            rows.append(row)
    return rows


def _held_at(cycle: Cycle, at: int, seeds: Seeds) -> CrmLead | None:
    """The lead of the cycle's person that inside sales has in hands at an instant."""
    for lead in cycle.person.leads if cycle.person else ():
        statuses = [status for changed, status in lead.statuses if changed <= at]
        ended = [end for end in (lead.converted_at, lead.deleted_at) if end is not None and end <= at]
        if statuses and not ended and seeds.lead_stages[("salesforce", statuses[-1].lower())] in IN_HANDS:
            return lead
    return None


def _contact_of(cycle: Cycle, out_at: int, next_opened_at: int | None) -> CrmContact | None:
    """The person's contact in the CRM that stands for the lead which never came: created before the cycle was over, and not gone by then."""
    ends = [end for end in (cycle.closed_at, None if next_opened_at is None else next_opened_at - 1) if end is not None]
    contacts = [
        contact
        for contact in (cycle.person.contacts if cycle.person else ())
        if all(contact.created <= end for end in ends)
        and (contact.deleted_at is None or contact.deleted_at > max(out_at, contact.created))
    ]
    return min(
        contacts, default=None, key=lambda item: (max(out_at, item.created), item.deleted_at is not None, -item.created)
    )


def _by_contact(cycle: Cycle, out_at: int, contact: CrmContact, seeds: Seeds, as_of: int) -> Handoff:
    """A handover that the contact receives; it leaves with the cycle's first deal, with the cycle, or when it is deleted."""
    in_at = max(out_at, contact.created)
    row = Handoff(
        "B1", cycle.key, cycle, out_at, cycle.handed_over_record, in_at, contact.id, "relay", is_by_contact=True
    )
    classify(row, seeds, as_of)
    exits = []
    if cycle.opportunity_created_at is not None:
        exits.append((max(in_at, cycle.opportunity_created_at), "converted"))
    if contact.deleted_at is not None:
        exits.append((contact.deleted_at, "merged_away" if contact.master_id else "deleted"))
    if cycle.closed_at is not None and cycle.close_reason in ("idle", *_B1_EXITS):
        exits.append((cycle.closed_at, _B1_EXITS.get(cycle.close_reason, "recycled_out")))
    row.left_at, row.left_as = min(exits, default=(None, ""))
    return row


def _b1_origin(cycle: Cycle, lead: CrmLead | None, seeds: Seeds) -> str:
    before = cycle.previous.close_reason if cycle.previous else ""
    if before in ("recycled", "idle"):
        return "recycled"
    if before in ("rejected", "disqualified"):
        return "reopened"
    return seeds.origin(lead.source if lead else "", "")


def _b1_exit(cycle: Cycle, lead: CrmLead, entered: int, seeds: Seeds) -> tuple[int | None, str]:
    exits = []
    for at, status in lead.statuses:
        stage = seeds.lead_stages[("salesforce", status.lower())]
        if at >= entered and stage in EXITS:
            exits.append((at, _B1_EXITS[stage]))
    if lead.converted_at is not None and lead.converted_at >= entered:
        exits.append((lead.converted_at, "converted"))
    if lead.deleted_at is not None and lead.deleted_at >= entered:
        exits.append((lead.deleted_at, "merged_away" if lead.master_id else "deleted"))
    if cycle.close_reason == "idle" and cycle.closed_at is not None:
        exits.append((cycle.closed_at, "recycled_out"))
    return min(exits, default=(None, ""))


def b2_handoffs(
    opportunities: list[Opportunity],
    leads: dict[str, CrmLead],
    b1_rows: list[Handoff],
    cycle_of: dict[str, Cycle],
    seeds: Seeds,
    as_of: int,
) -> list[Handoff]:
    """IS → FS, one per opportunity, per further lead of one, and per reopening. A contact in inside sales's hands passes on what opens."""
    rows = []
    by_contact = {row.subject: row for row in b1_rows if row.is_by_contact and row.left_as == "converted"}
    for opportunity in opportunities:
        outs = sorted((leads[ident].converted_at or 0, ident) for ident in opportunity.lead_ids)
        in_at = None if opportunity.is_missing else opportunity.created
        in_record = "" if opportunity.is_missing else opportunity.id
        cycle = cycle_of.get(opportunity.id)
        contact = by_contact.get(cycle.key) if cycle else None
        if not outs and contact is not None and opportunity.created >= (contact.in_at or 0):
            outs = [(opportunity.created, contact.in_record)]
        origin = "relay" if outs else seeds.origin(opportunity.source, opportunity.kind)
        out_at, out_record = outs[0] if outs else (None, "")
        row = Handoff("B2", opportunity.id, cycle, out_at, out_record, in_at, in_record, origin)
        classify(row, seeds, as_of)
        if row.entered_at is not None:
            row.left_at, row.left_as = _b2_exit(opportunity, row.entered_at)
        rows.append(row)
        for further_at, ident in outs[1:]:
            further = Handoff("B2", opportunity.id, cycle, further_at, ident, None, "", "relay", "grain_merged")
            further.unit_in_at = in_at
            classify(further, seeds, as_of)
            rows.append(further)
        for again in _reopenings(opportunity):
            row = Handoff("B2", opportunity.id, cycle, None, "", again, opportunity.id, "reopened")
            classify(row, seeds, as_of)
            row.left_at, row.left_as = _b2_exit(opportunity, again)
            rows.append(row)
    return rows


def _b2_exit(opportunity: Opportunity, entered: int) -> tuple[int | None, str]:
    kinds = {"Closed Won": "converted", "Closed Lost": "lost_deals"}
    exits = [(at, kinds[stage]) for at, stage in opportunity.stages if stage in kinds and at >= entered]
    if opportunity.deleted_at is not None:
        exits.append((opportunity.deleted_at, "merged_away" if opportunity.merged_into else "deleted"))
    return min(exits, default=(None, ""))


def _reopenings(opportunity: Opportunity) -> list[int]:
    pairs = zip(opportunity.stages, opportunity.stages[1:], strict=False)
    return [at for (_, before), (at, after) in pairs if before.startswith("Closed") and not after.startswith("Closed")]


def b3_handoffs(
    opportunities: list[Opportunity], contracts: list[Contract], cycle_of: dict[str, Cycle], seeds: Seeds, as_of: int
) -> list[Handoff]:
    """FS → CS, one per contract, per won opportunity without one and per further opportunity on one."""
    won = {deal.id: deal.won_at for deal in opportunities if deal.won_at is not None and not deal.is_missing}
    rows = []
    placed: set[str] = set()
    for contract in sorted(contracts, key=lambda contract: (contract.accepted_at, contract.id)):
        deals = [ident for ident in (contract.opportunity_id, *contract.further_opportunity_ids) if ident in won]
        outs = sorted((won[ident], ident) for ident in deals if ident not in placed)
        is_second = bool(deals) and not outs
        origin = "relay" if deals else contract.origin or "undeclared"
        out_at, out_record = outs[0] if outs else (None, "")
        row = Handoff(
            "B3", contract.id, cycle_of.get(contract.opportunity_id), out_at, out_record,
            contract.accepted_at, contract.id, origin, "double_entry" if is_second else "",
        )  # fmt: skip
        classify(row, seeds, as_of)
        row.left_at = contract_end(contract, as_of)
        row.left_as = "lost_deals" if row.left_at is not None else ""
        rows.append(row)
        for further_at, ident in outs[1:]:
            further = Handoff(
                "B3", contract.id, cycle_of.get(ident), further_at, ident, None, "", "relay", "grain_merged"
            )
            further.unit_in_at = contract.accepted_at
            classify(further, seeds, as_of)
            rows.append(further)
        placed.update(deals)
    for ident in sorted(set(won) - placed):
        row = Handoff("B3", ident, cycle_of.get(ident), won[ident], ident, None, "", "relay")
        classify(row, seeds, as_of)
        rows.append(row)
    return rows


def contract_end(contract: Contract, as_of: int) -> int | None:
    """The first instant without service, where that has come."""
    day = contract.churned if contract.churned is not None else contract.ends[-1][1] + 1
    return day_start(day) if day_start(day) <= as_of else None


def ledger(handoffs: list[Handoff], as_of: int, first_day: int) -> list[dict[str, int | str]]:
    """Flows and stocks per boundary and month (days from 1970); stocks are counted from intervals, not from flows."""
    rows: list[dict[str, int | str]] = []
    for boundary in ("B1", "B2", "B3"):
        own = [row for row in handoffs if row.boundary == boundary]
        flows = _flows(own)
        month = month_start(first_day)
        while month <= day_of(as_of):
            following = add_months(month, 1)
            row: dict[str, int | str] = {"boundary": boundary, "month_start_on": month}
            names = ("out", "delivered", "grain_merged", "lost", *INFLOWS[1:], *OUTFLOWS)
            row |= {name: flows[(month, name)] for name in names}
            row["transit_open"] = _in_transit(own, month, as_of)
            row["transit"] = _in_transit(own, following, as_of)
            row["stock_open"] = _in_stock(own, month)
            row["stock"] = _in_stock(own, following)
            rows.append(row)
            month = following
    return rows


def _flows(handoffs: list[Handoff]) -> dict[tuple[int, str], int]:
    flows: dict[tuple[int, str], int] = defaultdict(int)

    def count(at: int | None, name: str) -> None:
        assert at is not None, f"a flow {name} without a time"
        flows[(month_start(day_of(at)), name)] += 1

    for row in handoffs:
        kind = row.classification
        if row.out_at is not None:
            count(row.out_at, "out")
        if kind in ("delivered", "delivered_late"):
            count(row.entered_at, "delivered")
        elif kind == "grain_merged":
            count(_merged_at(row), "grain_merged")
        elif kind in ("lost_in_transit", "recovered"):
            count(row.due_at, "lost")
        if kind in ("recovered", "invented", "double_entry"):
            count(row.in_at, kind)
        elif kind == "declared_non_relay":
            count(row.in_at, {"recycled": "recycled_in", "reopened": "reopened"}.get(row.origin, kind))
        if row.left_at is not None:
            count(row.left_at, row.left_as)
    return flows


def _merged_at(row: Handoff) -> int:
    assert row.out_at is not None, "a merged handoff has an OUT"
    return max(row.out_at, row.unit_in_at or row.out_at)


def _in_transit(handoffs: list[Handoff], before_day: int, as_of: int) -> int:
    """Handoffs given before a day and not yet arrived, merged or lost by then."""
    count = 0
    for row in handoffs:
        if row.out_at is None or day_of(row.out_at) >= before_day:
            continue
        done = {
            "delivered": row.entered_at, "delivered_late": row.entered_at, "in_transit": None,
            "lost_in_transit": row.due_at, "recovered": row.due_at,
        }.get(row.classification, row.out_at)  # fmt: skip
        if row.classification == "grain_merged":
            done = _merged_at(row)
        count += done is None or day_of(done) >= before_day
    return count


def _in_stock(handoffs: list[Handoff], before_day: int) -> int:
    """Units that entered the receiver before a day and had not left by then."""
    return sum(
        row.entered_at is not None
        and day_of(row.entered_at) < before_day
        and (row.left_at is None or day_of(row.left_at) >= before_day)
        for row in handoffs
    )
