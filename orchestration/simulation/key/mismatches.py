"""The answer key's mismatches: docs/mismatches.md applied to the truth, and what was planted by hand.

A rule that the lives of ordinary people can break has a reading of its own here (one module per group); of the others
only what was planted exists. What was planted for a rule with a reading must be what the reading finds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from orchestration.simulation.clock import DAY, HOUR, day_of, to_date, utc
from orchestration.simulation.key.cycles import Cycle
from orchestration.simulation.key.facts import Deal, Inputs, Who
from orchestration.simulation.life import World
from orchestration.simulation.seeds import Seeds
from orchestration.simulation.truth import Contract, CrmContact, CrmLead, MaRecord, Opportunity, Person

Row = tuple[str, str, str]  # MA record id, CRM record id, detail
Reading = Callable[["Facts"], Iterator[Row]]
TRANSIT = 24 * HOUR
RELAYED = "relay"


@dataclass
class Facts:
    """What the readings read: the truth, counted by the rules of docs/definitions.md, in handy order."""

    world: World
    inputs: Inputs
    seeds: Seeds
    as_of: int

    @property
    def cutoff(self) -> int:
        """Cut-off of every pair of systems: all are extracted at the same instant."""
        return self.as_of - TRANSIT

    @property
    def today(self) -> int:
        """Business day of as_of."""
        return day_of(self.as_of)

    @cached_property
    def counted(self) -> list[Who]:
        """People that the KPIs count."""
        return self.inputs.countable_people

    @cached_property
    def given(self) -> list[tuple[Who, Cycle, int]]:
        """Handed-over cycles of people that count, and when their SLA was due."""
        return [(given.who, given.cycle, given.due_at) for given in self.inputs.given]

    @cached_property
    def deals(self) -> list[Deal]:
        """Deals that the KPIs count."""
        return self.inputs.countable_deals

    @cached_property
    def deals_of_company(self) -> dict[int, list[Deal]]:
        """Countable deals by the company's number."""
        found: dict[int, list[Deal]] = defaultdict(list)
        for deal in self.deals:
            found[deal.opportunity.company.number].append(deal)
        return found

    @cached_property
    def contracts_of_company(self) -> dict[int, list[Contract]]:
        """Contracts by the company's number."""
        found: dict[int, list[Contract]] = defaultdict(list)
        for contract in self.world.contracts:
            found[contract.company.number].append(contract)
        return found

    def own_deals(self, who: Who) -> list[Opportunity]:
        """Countable opportunities whose primary person this is."""
        return [deal for deal in who.person.opportunities if deal.person is who.person and deal.deleted_at is None]

    # -- records ------------------------------------------------------------------------------------------------

    def live_ma(self, person: Person) -> list[MaRecord]:
        """Live MA records, created first first."""
        live = [
            record for record in person.ma
            if record.deleted_at is None and not (record.merged_into and record.merged_at is not None)
        ]  # fmt: skip
        return sorted(live, key=lambda record: (record.created, record.id))

    def live_leads(self, person: Person) -> list[CrmLead]:
        """Leads that are not deleted, created first first."""
        return sorted(
            (lead for lead in person.leads if lead.deleted_at is None), key=lambda lead: (lead.created, lead.id)
        )

    def live_contacts(self, person: Person) -> list[CrmContact]:
        """Contacts that are not deleted, created first first."""
        live = (contact for contact in person.contacts if contact.deleted_at is None)
        return sorted(live, key=lambda contact: (contact.created, contact.id))

    def first_ma(self, person: Person) -> str:
        """The id of the live MA record created first; '' for none."""
        return next((record.id for record in self.live_ma(person)), "")

    def lead_stage(self, lead: CrmLead) -> tuple[str, int]:
        """Stage of a lead's status at as_of ('' where it maps to none), and since when."""
        since, status = lead.statuses[-1]
        return self.seeds.lead_stages.get(("salesforce", status.lower()), ""), since

    def lifecycle(self, person: Person, record: MaRecord) -> list[tuple[int, str]]:
        """The lifecycle history of one MA record, in order of time."""
        return sorted(
            entry[:2] for entry in ((at, value) for at, ma_id, value in person.lifecycle if ma_id == record.id)
        )

    def claims(self, person: Person, record: MaRecord) -> str:
        """The stage that an MA record claims; '' for none."""
        history = self.lifecycle(person, record)
        return self.seeds.lifecycle.get(history[-1][1], "") if history else ""

    def is_lead_relayed(self, source: str, unmapped: bool = False) -> bool:
        """Whether a lead source maps to the origin `relay`."""
        origin = self.seeds.origins.get(("lead_source", source.lower()))
        return origin == RELAYED or (origin is None and unmapped)


def last_day(contract: Contract) -> int:
    """The last day of service that is agreed."""
    return contract.churned - 1 if contract.churned is not None else contract.ends[-1][1]


def is_over(contract: Contract, day: int) -> bool:
    """Whether a contract is over on a day."""
    return last_day(contract) < day


def is_open_at(opportunity: Opportunity, at: int) -> bool:
    """Whether an opportunity exists and is not closed at an instant."""
    close = opportunity.final_close
    return opportunity.created <= at and (close is None or close[0] > at)


def date_text(day: int) -> str:
    """A day as YYYY-MM-DD."""
    return to_date(day).isoformat()


def instant_text(at: int) -> str:
    """An instant (UTC) as YYYY-MM-DD HH:MM:SS."""
    return utc(at).strftime("%Y-%m-%d %H:%M:%S")


def days(count: int) -> int:
    """Seconds of so many days."""
    return count * DAY
