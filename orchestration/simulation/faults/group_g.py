"""Plots of groups B (stages), G, H and I: customer success, time boundary, ingest."""

from orchestration.simulation.clock import DAY, HOUR, add_months, day_of, day_start, month_start, to_date
from orchestration.simulation.faults.cast import Cast, plots
from orchestration.simulation.key.mismatches import date_text
from orchestration.simulation.render import hubspot_time, salesforce_time
from orchestration.simulation.script import Script, office
from orchestration.simulation.truth import Contract


def stages_contradict(cast: Cast) -> None:
    """The MA takes the person for a reader, while inside sales works the lead."""
    told = cast.script()
    at = told.until_accepted(cast.day(15))
    told.mark(at + 2 * DAY, "lead")
    cast.fault("B09", told.ma.id, told.lead.id)


def stages_under_way(cast: Cast) -> None:
    """The MA changed the stage hours ago."""
    told = cast.script()
    told.until_accepted(cast.day(15))
    told.mark(cast.end - 6 * HOUR, "lead")
    cast.near("B09", told.ma.id, told.lead.id)


def no_contract(cast: Cast) -> None:
    """Won weeks ago, and customer success does not know it."""
    told = cast.script()
    at = told.until_won(cast.day(60))
    cast.conflict("B3", "lost", at, told.deal.id, number=told.number)
    cast.fault("G01", "", told.deal.id)
    cast.fault("B04", "", told.deal.id, f"B3 lost_in_transit {date_text(day_of(at))}")


def contract_under_way(cast: Cast) -> None:
    """Won hours ago: the handover has time, and so have its notes."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    told.win(cast.end - 20 * HOUR - cast.copy)
    told.deal.says["Handover_Scope__c"] = ""
    cast.near("G01 B04 G06", "", told.deal.id)


def _bare_contract(cast: Cast, origin: str) -> tuple[Script, Contract]:
    told = cast.script()
    at = cast.office(50)
    told.meet(at, "Partner Referral")
    start = day_of(at) + 1
    contract = Contract(
        f"C-{cast.world.next_number('contract'):06d}", told.contact.account_id, told.person.company,
        told.person.company.name, at, start, [(at, add_months(start, 12) - 1)], 100_000, origin,
    )  # fmt: skip
    cast.world.contracts.append(contract)
    return told, contract


def contract_of_nothing(cast: Cast) -> None:
    """A contract, and nobody sold anything."""
    _, contract = _bare_contract(cast, "")
    cast.conflict("B3", "invented", contract.accepted_at, contract.id)
    cast.fault("G02", "", contract.id)
    cast.fault("B04", "", contract.id, f"B3 invented {date_text(day_of(contract.accepted_at))}")


def contract_of_a_partner(cast: Cast) -> None:
    """A contract that a partner brought."""
    _, contract = _bare_contract(cast, "partner")
    cast.near("G02 B04", "", contract.id)


def _signed(cast: Cast, back: int, percent: int = 100) -> tuple[Script, Contract]:
    told = cast.script()
    told.until_signed(cast.day(back))
    contract = cast.world.contracts[-1]
    contract.mrr = contract.mrr * percent // 100
    return told, contract


def other_price(cast: Cast) -> None:
    """The contract is worth something else than what was sold."""
    told, contract = _signed(cast, 60, [110, 103, 97, 50, 200][cast.copy])
    cast.fault("G03", "", told.deal.id, contract.id)


def same_price(cast: Cast) -> None:
    """Two percent apart."""
    told, _ = _signed(cast, 60, 98)
    cast.near("G03", "", told.deal.id)


def _churned(cast: Cast, back: int) -> tuple[Script, Contract]:
    told, contract = _signed(cast, 200)
    contract.churned = cast.day(back)
    contract.churn_known_at = day_start(contract.churned - 14)
    return told, contract


def renewal_of_churned(cast: Cast) -> None:
    """The customer left, and its renewal is still open."""
    told, _ = _churned(cast, 25)
    at = cast.office(45)
    told.open_deal(at, "", "Renewal")
    told.agree(office(cast.world, day_of(at) + 1, 15))
    cast.fault("G04", "", told.deal.id)


def won_back(cast: Cast) -> None:
    """A deal to win back the customer, opened after it left; or one of somebody who left just now."""
    told, _ = _churned(cast, 5 if cast.copy % 2 else 40)
    at = cast.office(20)
    told.open_deal(at, "", "Renewal")
    told.agree(office(cast.world, day_of(at) + 1, 15))
    cast.near("G04", "", told.deal.id)


def customer_no_more(cast: Cast) -> None:
    """The customer left long ago, and the MA still says customer."""
    told, contract = _churned(cast, 40)
    cast.fault("G05", told.ma.id)
    cast.fault("C07", told.ma.id, contract.id, "won")


def just_left(cast: Cast) -> None:
    """The customer left within the last 30 days."""
    told, _ = _churned(cast, 20)
    cast.near("G05 C07", told.ma.id)


def customer_once(cast: Cast) -> None:
    """The customer left long ago, and the MA has taken the person back."""
    told, contract = _churned(cast, 40)
    told.mark(day_start(contract.churned or 0) + HOUR, "lead")
    cast.near("C08 C07 G05", told.ma.id)


def no_notes(cast: Cast) -> None:
    """Won, and the notes for customer success are missing."""
    told, _ = _signed(cast, 60)
    column = ["Handover_Scope__c", "Handover_Stakeholders__c", "Handover_Promises__c"][cast.copy % 3]
    told.deal.says[column] = ""
    cast.fault("G06", "", told.deal.id)


def closed_at_night(cast: Cast) -> None:
    """Lost in the first hours of a month: the CRM dates it on the last day of the month before."""
    told, closed = _lost_at(cast, 1 + cast.copy)
    cast.fault("H01", "", told.deal.id)
    month = to_date(closed).month
    detail = "fiscal_year" if month == 4 else "fiscal_quarter" if month in (1, 7, 10) else "month"
    cast.fault("H02", "", told.deal.id, detail)


def closed_in_the_morning(cast: Cast) -> None:
    """Lost at nine: one date in both zones."""
    told, _ = _lost_at(cast, 9 * 60)
    cast.near("H01 H02", "", told.deal.id)


def _lost_at(cast: Cast, minute: int) -> tuple[Script, int]:
    told = cast.script()
    at = told.until_negotiation(cast.day(90))
    day = add_months(month_start(day_of(at)), 1)
    told.lose(day_start(day) + minute * 60)
    return told, day


def wrong_formula(cast: Cast) -> None:
    """The expected revenue was not computed again."""
    _expected(cast, 2, is_fault=True)


def right_formula(cast: Cast) -> None:
    """The expected revenue is one yen off."""
    _expected(cast, 1, is_fault=False)


def _expected(cast: Cast, off: int, *, is_fault: bool) -> None:
    told = cast.script()
    told.until_negotiation(cast.day(40))
    told.deal.says["ExpectedRevenue"] = str(told.deal.amounts[-1][1] * 9 // 10 + off)
    if is_fault:
        cast.fault("I04", "", told.deal.id, "expected_revenue")
    else:
        cast.near("I04", "", told.deal.id)


def role_dropped(cast: Cast) -> None:
    """The only contact role of an open deal was deleted."""
    told = _early_deal(cast)
    _dropped_role(cast, told)
    cast.fault("B16", "", told.deal.id)


def one_role_dropped(cast: Cast) -> None:
    """One contact role of two was deleted; or there never was one."""
    told = _early_deal(cast)
    if cast.copy % 2:
        contact = told.contact.id
        told.person.roles.append((cast.world.new_id("00K"), told.deal.created, told.deal.id, contact, True))
        _dropped_role(cast, told)
    cast.near("B16", "", told.deal.id)


def _early_deal(cast: Cast) -> Script:
    told = cast.script()
    at = office(cast.world, day_of(told.until_accepted(cast.day(12))) + 1, 11)
    told.convert(at, role=False)
    return told


def _dropped_role(cast: Cast, told: Script) -> None:
    values = {
        "Id": cast.world.new_id("00K"), "OpportunityId": told.deal.id, "ContactId": told.contact.id, "Role": "Influencer",
        "IsPrimary": "false", "CreatedDate": salesforce_time(told.deal.created), "IsDeleted": "true",
    }  # fmt: skip
    cast.row("opportunity_contact_roles", told.deal.created, values)


def gone_without_a_word(cast: Cast) -> None:
    """The CRM's list of all accounts does not name an account that was never said to be deleted."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    cast.world.unlisted.add(told.person.company.number)
    cast.fault("I03", "", told.contact.account_id)


def gone_since(cast: Cast) -> None:
    """The account was made hours before the list was taken."""
    told = cast.script()
    at = cast.end - 12 * HOUR - cast.copy
    told.meet(at, "Partner Referral")
    cast.world.unlisted.add(told.person.company.number)
    cast.near("I03", "", told.contact.account_id)


def active_twice(cast: Cast) -> None:
    """The connector keeps two active rows of one deal."""
    _deal_rows(cast, "true")


def active_once(cast: Cast) -> None:
    """One active row beside the one that it replaced."""
    _deal_rows(cast, "false")


def _deal_rows(cast: Cast, older: str) -> None:
    told = cast.script()
    told.until_negotiation(cast.day(40))
    ident = str(cast.world.next_number("deal") + 700_000)
    for active, hours in ((older, 1), ("true", 2)):
        changed = hubspot_time(told.deal.created + hours * HOUR)
        values = {
            "id": ident, "salesforceopportunityid": told.deal.id, "amount": str(told.deal.amounts[-1][1]),
            "deal_currency_code": "JPY", "createdate": changed, "lastmodifieddate": changed, "archived": "false",
            "_fivetran_active": active,
        }  # fmt: skip
        cast.row("deals", told.deal.created, values)
    if older == "true":
        cast.fault("I08", ident, "", "hubspot.deals")
    else:
        cast.near("I08", ident)


def merged_deal(cast: Cast) -> None:
    """A deal that was merged into another is delivered on, with its amount."""
    _merged_deal(cast, is_fault=True)


def merged_for_nothing(cast: Cast) -> None:
    """A merged deal without an amount."""
    _merged_deal(cast, is_fault=False)


def _merged_deal(cast: Cast, *, is_fault: bool) -> None:
    told = cast.script()
    told.until_agreed(cast.day(50))
    first = told.deal
    second = told.open_deal(first.created + 5 * DAY, "Partner Referral", "New Business")
    second.merged_into, second.deleted_at = first.id, first.created + 12 * DAY
    if is_fault:
        cast.fault("A06", "", second.id, first.id)
    else:
        second.amounts = [(second.created, 0)]
        cast.near("A06", "", second.id)


def unknown_stage(cast: Cast) -> None:
    """Somebody invented a lifecycle stage."""
    told = cast.script(title="担当")
    at = cast.office(40)
    told.sign_up(at, points=5)
    told.mark(at + DAY, f"検討中{cast.copy + 1}")
    cast.fault("I05", "", "", f"hubspot person lifecycle_stage=検討中{cast.copy + 1}")


PLOTS = [
    *plots(
        spread=True,
        faults=[
            no_contract, other_price, customer_no_more, no_notes, closed_at_night, unknown_stage,
        ],
        near_misses=[
            same_price, customer_once, closed_in_the_morning,
        ],
    ),
    *plots(
        faults=[
            stages_contradict, contract_of_nothing, renewal_of_churned, wrong_formula, role_dropped, gone_without_a_word,
            active_twice, merged_deal,
        ],
        near_misses=[
            stages_under_way, contract_under_way, contract_of_a_partner, won_back, just_left, right_formula,
            one_role_dropped, gone_since, active_once, merged_for_nothing,
        ],
    ),
]  # fmt: skip
