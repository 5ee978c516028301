"""Writes the answer key: what the published marts of the simulated company must say, computed from its truth."""

import csv
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from orchestration.simulation.clock import day_of, to_date, utc
from orchestration.simulation.key.cycles import (
    Cycle,
    current_stage,
    cycles_of,
    first_seen,
    original_source,
    personless_cycle,
)
from orchestration.simulation.key.facts import Deal, Inputs, Who, deal_of
from orchestration.simulation.key.figures import KEY_COLUMNS
from orchestration.simulation.key.kpis import kpi_rows
from orchestration.simulation.key.mismatches import Facts
from orchestration.simulation.key.mismatches_all import (
    MISMATCH_COLUMNS,
    NEAR_MISS_COLUMNS,
    mismatch_rate,
    mismatch_rows,
)
from orchestration.simulation.key.relay import Handoff, b1_handoffs, b2_handoffs, b3_handoffs, contract_end, ledger
from orchestration.simulation.life import World, account_id, duplicate_account_id
from orchestration.simulation.measures import measures_of, write_measures
from orchestration.simulation.names import Company
from orchestration.simulation.plans import plans_of
from orchestration.simulation.seeds import Seeds
from orchestration.simulation.truth import CrmLead, Opportunity, Person

DEFINITION_VERSION = 1


class AnswerKey:
    """The key of one world, computed once its people have lived."""

    def __init__(self, world: World, people: list[Person], seeds: Seeds) -> None:
        self.world, self.people, self.seeds = world, people, seeds
        as_of = world.end
        self.cycles: list[Cycle] = []
        self.cycle_of: dict[str, Cycle] = {}
        self.opportunities: list[Opportunity] = []
        self._first_cycles: list[tuple[Person, list[Cycle]]] = []
        for person in people:
            cycles = cycles_of(person, seeds, as_of)
            self.cycles += cycles
            self._first_cycles.append((person, cycles))
            for cycle in cycles:
                for event in cycle.events:
                    deal = event.subject
                    if event.kind == "opportunity" and isinstance(deal, Opportunity) and deal.person is person:
                        self.cycle_of[event.record_id] = cycle
            self.opportunities += [deal for deal in person.opportunities if deal.person is person]
        for opportunity in world.personless:
            cycle = personless_cycle(opportunity, seeds)
            self.cycles.append(cycle)
            self.cycle_of[opportunity.id] = cycle
            self.opportunities.append(opportunity)
        self._add_contract_stages()
        leads: dict[str, CrmLead] = {lead.id: lead for person in people for lead in person.leads}
        deals = self.opportunities + [_missing(lead) for lead in leads.values() if self._is_lost(lead)]
        at_b1 = b1_handoffs(self.cycles, seeds, as_of)
        self.handoffs: list[Handoff] = [
            *at_b1,
            *b2_handoffs(deals, leads, at_b1, self.cycle_of, seeds, as_of),
            *b3_handoffs(self.opportunities, world.contracts, self.cycle_of, seeds, as_of),
        ]
        self.ledger = ledger(self.handoffs, as_of, day_of(world.start))
        inputs = self._inputs()
        self.kpis = kpi_rows(inputs)
        self.measures = measures_of(self.kpis) if world.plants_conflicts else []
        facts = Facts(world, inputs, seeds, as_of)
        self.mismatches = mismatch_rows(facts, self.kpis, self.measures)
        self.kpis += mismatch_rate(facts, self.mismatches)

    def _is_lost(self, lead: CrmLead) -> bool:
        return bool(lead.opportunity_id) and lead.opportunity_id not in self.cycle_of

    def _add_contract_stages(self) -> None:
        """A contract's beginning and end are stage events of every cycle that its opportunity belongs to."""
        sharing: dict[str, list[Cycle]] = {}
        for cycle in self.cycles:
            for event in cycle.events:
                if event.kind == "opportunity":
                    sharing.setdefault(event.record_id, []).append(cycle)
        for contract in self.world.contracts:
            ended = contract_end(contract, self.world.end)
            for cycle in sharing.get(contract.opportunity_id, []):
                cycle.stage_events.append((contract.accepted_at, "onboarded"))
                if ended is not None:
                    cycle.stage_events.append((ended, "churned"))

    def _inputs(self) -> Inputs:
        world = self.world
        return Inputs(
            people=[Who(person, cycles, *self._persona(person)) for person, cycles in self._first_cycles],
            cycles=self.cycles,
            deals=[self._deal(deal) for deal in self.opportunities],
            handoffs=self.handoffs,
            contracts=world.contracts,
            campaigns=world.campaigns,
            plans=plans_of(world),
            seeds=self.seeds,
            as_of=world.end,
            first_day=day_of(world.start),
        )

    def _persona(self, person: Person) -> tuple[str, bool]:
        company = person.company
        return self.seeds.persona(company.industry, company.employees, person.department, person.title)

    def _deal(self, opportunity: Opportunity) -> Deal:
        return deal_of(opportunity, self.cycle_of.get(opportunity.id), self.seeds)

    # -- files --------------------------------------------------------------------------------------------------

    def write(self, folder: Path, parameters: dict[str, object]) -> None:
        """Write every file of the key into a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / "people.csv", _PEOPLE, self._people_rows())
        _write(folder / "accounts.csv", ("company_number", "system", "record_type", "record_id"), self._account_rows())
        _write(folder / "cycles.csv", _CYCLES, (self._cycle_row(cycle) for cycle in self.cycles))
        _write(
            folder / "opportunities.csv", _OPPORTUNITIES, (self._opportunity_row(deal) for deal in self.opportunities)
        )
        _write(folder / "handoffs.csv", _HANDOFFS, (self._handoff_row(row) for row in self.handoffs))
        names = tuple(self.ledger[0])
        months = ([to_date(row[n]) if n == "month_start_on" else row[n] for n in names] for row in self.ledger)  # type: ignore[arg-type]
        _write(folder / "relay_ledger.csv", names, months)
        _write(folder / "kpi_values.csv", KEY_COLUMNS, self.kpis)
        _write(
            folder / "conflicts.csv", ("boundary", "kind", "person_number", "record_ids", "at"),
            ((p.boundary, p.kind, p.person, ";".join(p.records), _iso(p.at)) for p in self.world.plants),
        )  # fmt: skip
        write_measures(folder.parent / "seeds", self.measures)
        _write(folder / "mismatches.csv", MISMATCH_COLUMNS, self.mismatches)
        _write(
            folder / "near_misses.csv", NEAR_MISS_COLUMNS,
            ((miss.rule, miss.ma, miss.crm, miss.why) for miss in self.world.near_misses),
        )  # fmt: skip
        meta = {
            "definition_version": DEFINITION_VERSION,
            "as_of": _iso(self.world.end),
            "parameters": parameters,
            "people": len(self.people),
            "cycles": len(self.cycles),
            "opportunities": len(self.opportunities),
            "contracts": len(self.world.contracts),
            "handoffs": dict(sorted(Counter(f"{row.boundary} {row.classification}" for row in self.handoffs).items())),
            "mismatches": dict(sorted(Counter(row[0] for row in self.mismatches).items())),
            "conflicts": dict(sorted(Counter(f"{plant.boundary} {plant.kind}" for plant in self.world.plants).items())),
        }
        (folder / "meta.json").write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

    def _people_rows(self) -> Iterable[tuple[object, ...]]:
        for person in self.people:
            company = person.company
            persona, is_target = self._persona(person)
            channel = self.seeds.channel(original_source(person))
            records = [("hubspot", "ma_person", record.id) for record in person.ma]
            records += [("salesforce", "crm_lead", lead.id) for lead in person.leads]
            records += [("salesforce", "crm_contact", contact.id) for contact in person.contacts]
            seen = _iso(first_seen(person)[0])
            for record in records:
                yield (
                    person.number, *record, not person.exclusion_reason, person.exclusion_reason, persona, is_target,
                    channel, seen, company.number,
                )  # fmt: skip

    def _account_rows(self) -> Iterable[tuple[object, ...]]:
        for company in self.world.companies:
            if company.account_since is not None:
                yield company.number, "salesforce", "crm_account", account_id(company)
            if company.duplicate_since is not None:
                yield company.number, "salesforce", "crm_account", duplicate_account_id(company)
        for contract in self.world.contracts:
            yield contract.company.number, "generic", "cs_contract", contract.id

    def _cycle_row(self, cycle: Cycle) -> tuple[object, ...]:
        ladder = ["inquiry", *(stage for _, stage in cycle.stage_events if stage in self.seeds.ladder)]
        received = cycle.received[0] if cycle.received else None
        opened = cycle.opened_by
        return (
            cycle.key, cycle.person.number if cycle.person else None, cycle.number, cycle.is_countable, cycle.channel,
            opened.kind, opened.system, opened.record_id, _iso(cycle.opened_at), _iso(cycle.first_seen_at),
            _iso(cycle.closed_at), cycle.close_reason, _iso(cycle.mql_at), cycle.is_mql_inferred,
            _iso(cycle.handed_over_at), _iso(received[0] if received else None), received[1].id if received else "",
            _iso(cycle.accepted_at), _iso(cycle.first_attempt_at), _iso(cycle.first_contact_at),
            _iso(cycle.opportunity_created_at), _iso(cycle.won_at), cycle.is_hot,
            current_stage(cycle) if cycle.stage_events else "", max(ladder, key=self.seeds.ladder.__getitem__),
        )  # fmt: skip

    def _opportunity_row(self, opportunity: Opportunity) -> tuple[object, ...]:
        deal = self._deal(opportunity)
        cycle = self.cycle_of.get(opportunity.id)
        return (
            opportunity.id, opportunity.person.number if opportunity.person else None, cycle.key if cycle else "",
            opportunity.company.number, deal.is_countable, _iso(opportunity.created),
            _day(deal.created_on), _day(deal.accepted_on), deal.is_valid, _day(deal.closed_on), _day(deal.won_on),
            "" if deal.won_amount is None else f"{deal.won_amount // 100}.{deal.won_amount % 100:02d}",
            ";".join(opportunity.lead_ids),
        )  # fmt: skip

    def _handoff_row(self, row: Handoff) -> tuple[object, ...]:
        systems = {"B1": ("hubspot", "salesforce"), "B2": ("salesforce", "salesforce"), "B3": ("salesforce", "generic")}
        out_system, in_system = systems[row.boundary]
        return (
            row.boundary, row.subject, row.cycle.person.number if row.cycle and row.cycle.person else None,
            out_system if row.out_at is not None else "", row.out_record, _iso(row.out_at),
            in_system if row.in_at is not None else "", row.in_record, _iso(row.in_at), row.classification, row.origin,
            _iso(row.entered_at), _iso(row.due_at), _iso(row.left_at), row.left_as,
        )  # fmt: skip


_PEOPLE = (
    "person_number", "system", "record_type", "record_id", "is_countable", "exclusion_reason", "persona", "is_target",
    "channel", "first_seen_at", "company_number",
)  # fmt: skip
_CYCLES = (
    "cycle", "person_number", "cycle_no", "is_countable", "channel", "opened_by", "opened_system", "opened_record_id",
    "opened_at", "person_first_seen_at", "closed_at", "close_reason", "mql_at", "is_mql_inferred", "handed_over_at",
    "received_at", "received_crm_lead_id", "accepted_at", "first_attempt_at", "first_contact_at",
    "opportunity_created_at", "won_at", "is_hot", "current_stage", "max_stage",
)  # fmt: skip
_OPPORTUNITIES = (
    "crm_opportunity_id", "person_number", "cycle", "company_number", "is_countable", "created_at", "created_on",
    "fs_accepted_on", "is_valid", "closed_on", "won_on", "amount_base", "crm_lead_ids",
)  # fmt: skip
_HANDOFFS = (
    "boundary", "subject", "person_number", "out_system", "out_record_id", "out_at", "in_system", "in_record_id",
    "in_at", "classification", "origin", "entered_at", "due_at", "left_at", "left_as",
)  # fmt: skip


def _missing(lead: CrmLead) -> Opportunity:
    """The opportunity a lead was converted into and the CRM lost."""
    nowhere = Company(-1, "", "", True, "", "", "", 0, "")
    created = lead.converted_at or 0
    return Opportunity(
        lead.opportunity_id, "", nowhere, created, "", lead.source, "", "", "JPY", [(created, 0)], [], [(created, "")],
        is_missing=True, lead_ids=[lead.id],
    )  # fmt: skip


def _iso(instant: int | None) -> str:
    return "" if instant is None else utc(instant).strftime("%Y-%m-%d %H:%M:%S")


def _day(day: int | None) -> str:
    return "" if day is None else to_date(day).isoformat()


def _write(path: Path, header: tuple[str, ...], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(
            ["" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell for cell in row]
            for row in rows
        )
