"""Plots of group A: identity and duplicates."""

from orchestration.simulation.clock import DAY, HOUR, day_of
from orchestration.simulation.faults.cast import Cast, close_out, plots
from orchestration.simulation.life import MQL, duplicate_account_id
from orchestration.simulation.render import hubspot_time
from orchestration.simulation.script import Script, office
from orchestration.simulation.truth import MaRecord


def _second_record(told: Script, at: int, merged_at: int | None = None) -> MaRecord:
    """The same address in another spelling makes a second MA record."""
    local, domain = told.person.email.split("@")
    record = told.enter(at, email=f"{local.title()}+news@{domain.upper()}")
    if merged_at is not None:
        record.merged_into, record.merged_at = told.ma.id, merged_at
    return record


def twice_in_ma(cast: Cast) -> None:
    """One address in two spellings, two MA records."""
    told = cast.script(title="担当")
    at = cast.office(50)
    told.sign_up(at, points=5)
    cast.fault("A01", _second_record(told, at + 3 * DAY).id)


def merged_since(cast: Cast) -> None:
    """Two MA records that were merged: the loser is gone, or shown as archived."""
    told = cast.script(title="担当")
    at = cast.office(50)
    told.sign_up(at, points=5)
    record = _second_record(told, at + 3 * DAY, at + 4 * DAY)
    if cast.copy % 2:
        record.says["archived"] = "true"
    cast.near("A01 A05", record.id)


def lead_and_contact(cast: Cast) -> None:
    """A contact is given to inside sales as a new lead."""
    told = cast.script()
    at = cast.office(60)
    told.receive(at, "Outbound")
    told.meet(at + 2 * HOUR, "Outbound")
    told.act(at + HOUR)
    told.accept(at + HOUR + 600)
    told.disqualify(office(cast.world, day_of(at) + 3))
    cast.fault("A02", "", told.lead.id)


def lead_and_contact_today(cast: Cast) -> None:
    """The contact was made hours ago: the conversion is under way."""
    told = cast.script()
    at = cast.office(10)
    told.receive(at, "Outbound")
    told.act(at + HOUR)
    told.accept(at + HOUR + 600)
    told.meet(cast.end - 6 * HOUR, "Outbound")
    cast.near("A02", "", told.lead.id)


def _namesake(cast: Cast, domain: str) -> Script:
    first = cast.script(title="担当")
    first.sign_up(cast.office(60), points=5)
    second = cast.script(first.company, title="担当")
    second.person.last_name, second.person.first_name = first.person.last_name, first.person.first_name
    second.person.phone = first.person.phone
    second.person.email = f"namesake{second.number}@{domain or second.person.company.domain}"
    second.person.is_free_mail = bool(domain)
    second.sign_up(cast.office(50), points=5)
    return second


def private_address(cast: Cast) -> None:
    """One name, company and telephone number, and an address of free mail."""
    second = _namesake(cast, ["gmail.com", "yahoo.co.jp"][cast.copy % 2])
    cast.fault("A03", second.ma.id)


def namesakes(cast: Cast) -> None:
    """Two addresses of the company's own domain."""
    second = _namesake(cast, "")
    cast.near("A03", second.ma.id)


def shared_mailbox(cast: Cast) -> None:
    """The address is a mailbox of many."""
    told = cast.script(title="担当")
    told.person.email = f"{['info', 'sales'][cast.copy % 2]}@{told.person.company.domain}"
    told.sign_up(cast.office(40), points=5)
    cast.fault("A04", told.ma.id)


def almost_a_mailbox(cast: Cast) -> None:
    """An address that only begins like one."""
    told = cast.script(title="担当")
    told.person.email = f"{['infomation', 'sales.sato'][cast.copy % 2]}@{told.person.company.domain}"
    told.sign_up(cast.office(40), points=5)
    cast.near("A04", told.ma.id)


def loser_still_there(cast: Cast) -> None:
    """The connector goes on delivering the loser of a merge."""
    told = cast.script(title="担当")
    at = cast.office(50)
    told.sign_up(at, points=5)
    record = _second_record(told, at + 3 * DAY, at + 4 * DAY)
    record.says["archived"] = "false"
    cast.fault("A05", record.id, "", told.ma.id)


def _merged_into_mql(cast: Cast, total: int) -> tuple[Script, MaRecord]:
    told = cast.script()
    at = cast.office(50)
    told.sign_up(at, points=30)
    record = _second_record(told, at + 3 * DAY, at + 6 * DAY)
    told.person.scores.append((at + 3 * DAY + 60, record.id, 35))
    merged = at + 6 * DAY
    told.person.score = total
    told.person.scores.append((merged + 1, told.ma.id, total))
    told.mark(merged + HOUR, MQL)
    told.hand_over(merged + HOUR + 600)
    told.receive(merged + HOUR + 900)
    close_out(told, merged + HOUR + 900)
    return told, record


def points_of_two(cast: Cast) -> None:
    """A merge adds up two scores and makes an MQL of it."""
    told, record = _merged_into_mql(cast, 65)
    cast.fault("A07", told.ma.id, "", record.id)


def other_points(cast: Cast) -> None:
    """After the merge the score is another sum."""
    told, _ = _merged_into_mql(cast, 66)
    cast.near("A07", told.ma.id)


def withdrawal_lost(cast: Cast) -> None:
    """The loser of a merge had opted out, the winner has not."""
    told = cast.script(title="担当")
    at = cast.office(50)
    told.sign_up(at, points=5)
    record = _second_record(told, at + 3 * DAY, at + 4 * DAY)
    record.says |= {"archived": "true", "hs_email_optout": "true"}
    cast.fault("A08", told.ma.id, "", record.id)


def agreed_again(cast: Cast) -> None:
    """The person agreed again after the merge."""
    told = cast.script(title="担当")
    at = cast.office(50)
    told.sign_up(at, points=5)
    record = _second_record(told, at + 3 * DAY, at + 4 * DAY)
    record.says |= {"archived": "true", "hs_email_optout": "true"}
    values = {"contact_id": told.ma.id, "name": "hs_email_optout", "value": "false", "source": "FORM"}
    cast.row("contact_property_history", at + 5 * DAY, values | {"timestamp": hubspot_time(at + 5 * DAY)})
    cast.near("A08", told.ma.id)


def second_account(cast: Cast) -> None:
    """Somebody opened a second account of a company that has one."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    company = told.person.company
    company.duplicate_since = told.contact.created + 5 * DAY
    cast.fault("A09", "", duplicate_account_id(company))


def one_name_two_numbers(cast: Cast) -> None:
    """Two companies of one name, each with its own corporate number and domain."""
    first, second = _matched(cast), cast.script()
    one, two = first.person.company, second.person.company
    two.stem, two.form, two.is_form_first = one.stem, one.form, one.is_form_first
    cast.near("A09", "", second.meet(cast.office(55), "Partner Referral").account_id)


def deleted_in_ma(cast: Cast) -> None:
    """Marketing deleted the record, the CRM keeps its lead."""
    told = cast.script()
    at = told.until_received(cast.day(60))
    close_out(told, at)
    told.ma.deleted_at = office(cast.world, day_of(at) + 10)
    cast.fault("A10", told.ma.id, told.lead.id, "deleted in ma")


def _matched(cast: Cast) -> Script:
    told = cast.script()
    told.lose(told.until_negotiation(cast.day(60)))
    return told


def other_account(cast: Cast) -> None:
    """The MA matches the person to the account of another company than the CRM."""
    told, other = _matched(cast), cast.script()
    told.ma.says["salesforceaccountid"] = other.meet(cast.office(70), "Partner Referral").account_id
    cast.fault("A11", told.ma.id, told.contact.id)


def account_of_the_same(cast: Cast) -> None:
    """The MA names the second account of the company, the CRM the first."""
    told = _matched(cast)
    company = told.person.company
    company.duplicate_since = told.contact.created + 5 * DAY
    told.ma.says["salesforceaccountid"] = duplicate_account_id(company)
    cast.near("A11", told.ma.id, told.contact.id)


def beside_the_domain(cast: Cast) -> None:
    """A subdomain of a competitor: no rule excludes it, and it is counted."""
    told = cast.script(title="担当")
    told.person.email = f"{told.person.email.split('@')[0]}@lab{cast.copy}.kyogo-soft.co.jp"
    told.sign_up(cast.office(40), points=5)
    cast.fault("A12", told.ma.id)


def another_domain(cast: Cast) -> None:
    """A domain that only ends like one."""
    told = cast.script(title="担当")
    told.person.email = (
        f"{told.person.email.split('@')[0]}@{['notac.jp', 'kyogo-soft.co.jp.example.com'][cast.copy % 2]}"
    )
    told.sign_up(cast.office(40), points=5)
    cast.near("A12", told.ma.id)


PLOTS = [
    *plots(
        spread=True,
        faults=[
            twice_in_ma, lead_and_contact, private_address, shared_mailbox, loser_still_there, points_of_two,
            withdrawal_lost, deleted_in_ma, other_account, beside_the_domain,
        ],
        near_misses=[
            merged_since, namesakes, almost_a_mailbox, other_points, agreed_again, one_name_two_numbers, account_of_the_same, another_domain,
        ],
    ),
    *plots(
        faults=[
            second_account,
        ],
        near_misses=[
            lead_and_contact_today,
        ],
    ),
]  # fmt: skip
