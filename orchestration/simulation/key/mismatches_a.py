"""Identity and duplicates, as docs/mismatches.md says it of group A."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from orchestration.simulation.clock import DAY
from orchestration.simulation.key.mismatches import Facts, Reading, Row
from orchestration.simulation.life import account_id, duplicate_account_id
from orchestration.simulation.truth import CrmContact, CrmLead, MaRecord

_MAILBOXES = ("info@", "sales@")  # shared mailboxes that anybody in the simulated company has


def normalised(email: str) -> str:
    """An e-mail address as docs/definitions.md §2 compares it."""
    text = unicodedata.normalize("NFKC", email).strip().lower()
    local, _, domain = text.partition("@")
    return f"{local.split('+')[0]}@{domain}" if domain else text


def a01(facts: Facts) -> Iterator[Row]:
    """Same person twice in MA."""
    for who in facts.counted:
        groups: dict[str, list[MaRecord]] = defaultdict(list)
        for record in facts.live_ma(who.person):
            groups[normalised(record.email)].append(record)
        for address, (_, *others) in groups.items():
            for record in others if address else ():
                yield record.id, "", ""


def a02(facts: Facts) -> Iterator[Row]:
    """Same person as CRM lead and contact."""
    for who in facts.counted:
        contacts = facts.live_contacts(who.person)
        for lead in facts.live_leads(who.person):
            if lead.converted_at is not None:
                continue
            same = [contact for contact in contacts if normalised(contact.email) == normalised(lead.email)]
            if same and max(lead.created, same[0].created) + DAY <= facts.as_of:
                yield "", lead.id, ""


def a04(facts: Facts) -> Iterator[Row]:
    """Shared mailbox as a person."""
    names: dict[str, set[str]] = defaultdict(set)
    for who in facts.inputs.people:
        person = who.person
        records: list[MaRecord | CrmLead | CrmContact] = [*facts.live_ma(person), *facts.live_leads(person)]
        for entry in (*records, *facts.live_contacts(person)):
            names[normalised(entry.email)].add(person.last_name + person.first_name)
    for who in facts.counted:
        for record in facts.live_ma(who.person):
            address = normalised(record.email)
            if address.startswith(_MAILBOXES) or len(names[address]) > 2:
                yield record.id, "", ""


def a09(facts: Facts) -> Iterator[Row]:
    """One company, many accounts."""
    for company in facts.world.companies:
        if company.account_since is not None and company.duplicate_since is not None:
            _, further = sorted(
                [(company.account_since, account_id(company)), (company.duplicate_since, duplicate_account_id(company))]
            )
            yield "", further[1], ""


READINGS: dict[str, Reading] = {"A01": a01, "A02": a02, "A04": a04, "A09": a09}
