"""Plots of group D: opportunity and money."""

from orchestration.simulation.clock import DAY, HOUR, day_of, day_start, to_date
from orchestration.simulation.faults.cast import Cast, plots
from orchestration.simulation.render import hubspot_time
from orchestration.simulation.script import Script, office


def _late(cast: Cast, back: int = 40, *, role: bool = True) -> Script:
    """A person with an opportunity that field sales has accepted."""
    told = cast.script()
    at = office(cast.world, day_of(told.until_accepted(cast.day(back))) + 2, 11)
    told.act(at - HOUR)
    told.convert(at, role=role)
    told.agree(office(cast.world, day_of(at) + 3, 14))
    return told


def _closed(cast: Cast, back: int = 60, *, won: bool, reason: str = "価格") -> Script:
    """A person whose deal was closed some weeks ago, and handed to customer success when won."""
    told = cast.script()
    at = told.until_negotiation(cast.day(back))
    if won:
        told.win(at)
        told.sign(at + 3 * HOUR)
    else:
        told.lose(at, reason)
    return told


def no_role(cast: Cast) -> None:
    """Accepted by field sales, and nobody of the customer has a role."""
    told = _late(cast, role=False)
    cast.fault("D01", "", told.deal.id)


def no_role_yet(cast: Cast) -> None:
    """Still in an early stage, or accepted within the hours."""
    told = cast.script()
    at = office(cast.world, day_of(told.until_accepted(cast.day(12))) + 1, 11)
    told.convert(at, role=False)
    if cast.copy % 2:
        told.agree(cast.end - 5 * HOUR)
    cast.near("D01", "", told.deal.id)


def two_roles(cast: Cast) -> None:
    """The same contact twice, or a second primary contact."""
    told = _late(cast)
    contact = told.contact
    if cast.copy % 2:
        contact = told.meet(told.deal.created + DAY, "Web", told.lead.ma_id)
    role = cast.world.new_id("00K")
    told.person.roles.append((role, told.deal.created + 2 * DAY, told.deal.id, contact.id, True))
    cast.fault("D02", "", told.deal.id, role)


def several_contacts(cast: Cast) -> None:
    """Two contacts, of which one is primary."""
    told = _late(cast)
    contact = told.meet(told.deal.created + DAY, "Web", told.lead.ma_id)
    role = cast.world.new_id("00K")
    told.person.roles.append((role, told.deal.created + 2 * DAY, told.deal.id, contact.id, False))
    cast.near("D02", "", told.deal.id)


def no_account(cast: Cast) -> None:
    """Names no account."""
    told = _late(cast)
    told.deal.says["AccountId"] = ""
    cast.fault("D03", "", told.deal.id)


def no_account_yet(cast: Cast) -> None:
    """Created hours ago."""
    told = cast.script()
    at = cast.end - 12 * HOUR
    told.meet(at, "Partner Referral")
    told.open_deal(at + HOUR, "Partner Referral", "New Business").says["AccountId"] = ""
    cast.near("D03", "", told.deal.id)


def _second_deal(told: Script, days: int, percent: int, kind: str = "New Business") -> None:
    amount = told.deal.amounts[-1][1] * percent // 100
    second = told.open_deal(told.deal.created + days * DAY, "Partner Referral", kind)
    second.amounts = [(second.created, amount)]
    told.agree(office(told.world, day_of(second.created) + 2, 15))


def same_deal_twice(cast: Cast) -> None:
    """A second opportunity like the first, opened within 30 days."""
    told = _late(cast, 60)
    _second_deal(told, [10, 30, 5, 20, 29][cast.copy], 95)
    cast.fault("D04", "", told.deal.id)


def not_the_same_deal(cast: Cast) -> None:
    """31 days apart, further apart in money, or a renewal beside a new deal."""
    told = _late(cast, 60)
    days, percent, kind = [(31, 100, "New Business"), (10, 94, "New Business"), (10, 100, "Existing Business")][
        cast.copy % 3
    ]
    _second_deal(told, days, percent, kind)
    cast.near("D04", "", told.deal.id)


def no_amount(cast: Cast) -> None:
    """Accepted by field sales, and worth nothing."""
    told = _late(cast)
    told.deal.amounts = [(told.deal.created, 0)]
    cast.fault("D05", "", told.deal.id)


def no_amount_yet(cast: Cast) -> None:
    """Worth nothing in an early stage, or lost."""
    told = cast.script()
    told.until_deal(cast.day(30))
    told.deal.amounts = [(told.deal.created, 0)]
    if cast.copy % 2:
        told.lose(office(cast.world, day_of(told.deal.created) + 3))
    cast.near("D05", "", told.deal.id)


def _copy_in_ma(cast: Cast, told: Script, amount: str, currency: str = "JPY", at: int = 0, gone: bool = False) -> str:
    """The MA's own copy of the deal."""
    ident = str(cast.world.next_number("deal") + 700_000)
    created = hubspot_time(told.deal.created + HOUR)
    cast.row(
        "deals", told.deal.created + HOUR,
        {"id": ident, "salesforceopportunityid": told.deal.id, "amount": amount, "deal_currency_code": currency,
         "createdate": created, "lastmodifieddate": hubspot_time(at) if at else created, "archived": str(gone).lower(),
         "_fivetran_active": "true"},
    )  # fmt: skip
    return ident


def other_amount(cast: Cast) -> None:
    """The MA has the amount with tax, per month, in thousands, or another one."""
    told = _late(cast)
    amount = told.deal.amounts[-1][1]
    copies = [f"{amount * 1.1:.0f}", f"{amount // 12}", f"{amount // 1000}", f"{amount * 1.08:.0f}", f"{amount * 2}"]
    cast.fault("D06", _copy_in_ma(cast, told, copies[cast.copy]), told.deal.id)


def same_amount(cast: Cast) -> None:
    """Within the tolerance, removed, or changed since the cut-off."""
    told = _late(cast)
    amount = told.deal.amounts[-1][1]
    case = cast.copy % 3
    text = f"{amount * 1.004:.0f}" if case == 0 else str(amount * 2)
    ident = _copy_in_ma(cast, told, text, gone=case == 1, at=cast.end - 5 * HOUR if case == 2 else 0)
    cast.near("D06 D07", ident, told.deal.id)


def other_currency(cast: Cast) -> None:
    """The MA has the deal in another currency, or the CRM in none."""
    told = _late(cast)
    if cast.copy % 2:
        told.deal.says["CurrencyIsoCode"] = ""
        cast.fault("D07", "", told.deal.id, "missing")
        return
    told.deal.amounts = [(told.deal.created, 1_500_000)]
    rate = 148 if to_date(day_of(told.deal.created)).year == 2025 else 150
    ident = _copy_in_ma(cast, told, f"{1_500_000 / rate:.2f}", "USD")
    cast.fault("D07", ident, told.deal.id, "differs")


def no_loss_reason(cast: Cast) -> None:
    """Lost, and nobody says why."""
    told = _closed(cast, won=False, reason="")
    cast.fault("D08", "", told.deal.id, "loss_reason")


def lost_to_somebody(cast: Cast) -> None:
    """Lost to a named competitor, without a reason; or for a reason nobody knows."""
    told = _closed(cast, won=False, reason="" if cast.copy % 2 else "失注理由不明")
    told.deal.competitor = "競合ソフト社" if cast.copy % 2 else ""
    cast.near("D08 C11", told.ma.id, told.deal.id)


def overdue(cast: Cast) -> None:
    """The day on which it should be closed has passed."""
    told = _late(cast)
    told.deal.close_days = [(told.deal.created, day_of(cast.end) - 1)]
    cast.fault("D09", "", told.deal.id)


def due_today(cast: Cast) -> None:
    """To be closed today."""
    told = _late(cast)
    told.deal.close_days = [(told.deal.created, day_of(cast.end))]
    cast.near("D09", "", told.deal.id)


def closed_in_another_quarter(cast: Cast) -> None:
    """The close date was moved into another quarter after the deal was lost."""
    told = _closed(cast, won=False)
    lost = told.deal.stages[-1][0]
    told.deal.says["CloseDate"] = to_date(day_of(lost) - 100).isoformat()
    cast.fault("D10", "", told.deal.id)


def closed_in_the_quarter(cast: Cast) -> None:
    """The close date was moved within the quarter after the deal was lost."""
    told = _closed(cast, 50, won=False)
    month = to_date(day_of(told.deal.stages[-1][0]))
    told.deal.says["CloseDate"] = month.replace(day=15).isoformat()
    cast.near("D10", "", told.deal.id)


def contradicting_forecast(cast: Cast) -> None:
    """Stage, probability and forecast category contradict each other."""
    detail = ["won_probability", "lost_probability", "omitted", "closed_forecast"][cast.copy % 4]
    told = _closed(cast, won=detail.startswith("won")) if "probability" in detail else _late(cast)
    told.deal.says |= [
        {"Probability": "90"}, {"Probability": "10"}, {"ForecastCategoryName": "Omitted"}, {"ForecastCategoryName": "Closed"},
    ][cast.copy % 4]  # fmt: skip
    cast.fault("D11", "", told.deal.id, detail)


def omitted_early(cast: Cast) -> None:
    """Left out of the forecast in an early stage; or without a probability."""
    told = cast.script()
    told.until_deal(cast.day(20))
    told.deal.says |= {"Probability": ""} if cast.copy % 2 else {"ForecastCategoryName": "Omitted"}
    cast.near("D11", "", told.deal.id)


def _lines(cast: Cast, told: Script, amounts: list[int], gone: bool = False) -> None:
    for amount in amounts:
        cast.row(
            "opportunity_line_items", told.deal.created,
            {"Id": cast.world.new_id("00k"), "OpportunityId": told.deal.id, "TotalPrice": str(amount),
             "IsDeleted": str(gone).lower()},
        )  # fmt: skip


def lines_differ(cast: Cast) -> None:
    """The lines add up to another amount."""
    told = _late(cast)
    amount = told.deal.amounts[-1][1]
    _lines(cast, told, [amount // 2, amount // 2 - 2])
    cast.fault("D12", "", told.deal.id)


def lines_agree(cast: Cast) -> None:
    """The lines are one yen off, or the others were removed."""
    told = _late(cast)
    amount = told.deal.amounts[-1][1]
    _lines(cast, told, [amount // 2, amount // 2 - 1])
    _lines(cast, told, [amount], gone=True)
    cast.near("D12", "", told.deal.id)


def jump(cast: Cast) -> None:
    """Ten times as much from one day to the next."""
    told = _late(cast)
    told.deal.amounts = [(told.deal.created, 300_000), (told.deal.created + 5 * DAY, 3_000_000)]
    cast.fault("D13", "", told.deal.id)


def no_jump(cast: Cast) -> None:
    """Almost ten times as much, or corrected since."""
    told = _late(cast)
    start = told.deal.created
    told.deal.amounts = [(start, 300_000), (start + 5 * DAY, 3_000_000 if cast.copy % 2 else 2_999_000)]
    if cast.copy % 2:
        told.deal.amounts.append((start + 6 * DAY, 310_000))
    cast.near("D13", "", told.deal.id)


def _still(cast: Cast, days: int) -> Script:
    """A person with an opportunity whose last move was so many days ago."""
    told = cast.script()
    moved = day_start(day_of(cast.end) - days) + 11 * HOUR + cast.copy
    told.until_deal(day_of(moved) - 25)
    told.agree(moved)
    return told


def stale(cast: Cast) -> None:
    """Nothing has happened for 61 days."""
    cast.fault("D14", "", _still(cast, 61 + cast.copy).deal.id)


def almost_stale(cast: Cast) -> None:
    """The last call was 60 days ago."""
    cast.near("D14", "", _still(cast, 60).deal.id)


def _in_a_day(cast: Cast, kind: str) -> Script:
    told = cast.script()
    at = cast.office(45, 9)
    told.meet(at, "Partner Referral")
    told.open_deal(at + 60, "Partner Referral", kind)
    told.agree(at + 2 * HOUR)
    told.stage(at + 3 * HOUR, "Negotiation/Review")
    told.win(at + 5 * HOUR)
    told.sign(at + 7 * HOUR)
    return told


def won_in_a_day(cast: Cast) -> None:
    """Won on the day of its creation, or before field sales accepted it."""
    if cast.copy % 2:
        told = _closed(cast, won=True)
        told.deal.accepted_at = told.deal.stages[-1][0] + HOUR
        cast.fault("D15", "", told.deal.id, "before_accepted")
    else:
        cast.fault("D15", "", _in_a_day(cast, "New Business").deal.id, "same_day")


def renewed_in_a_day(cast: Cast) -> None:
    """A renewal that was entered when it was signed."""
    cast.near("D15", "", _in_a_day(cast, "Renewal").deal.id)


def new_again(cast: Cast) -> None:
    """New business of a company that is a customer already."""
    told = _closed(cast, 100, won=True)
    at = cast.office(30)
    told.open_deal(at, "Partner Referral", "New Business")
    told.agree(office(cast.world, day_of(at) + 2, 15))
    cast.fault("D16", "", told.deal.id)


def more_of_the_same(cast: Cast) -> None:
    """A further deal of a customer, called so; or a new one of somebody who did not buy."""
    told = _closed(cast, 100, won=not cast.copy % 2)
    at = cast.office(30)
    told.open_deal(at, "Partner Referral", "New Business" if cast.copy % 2 else "Existing Business")
    told.agree(office(cast.world, day_of(at) + 2, 15))
    cast.near("D16", "", told.deal.id)


PLOTS = [
    *plots(
        spread=True,
        faults=[
            no_loss_reason, closed_in_another_quarter, won_in_a_day,
        ],
        near_misses=[
            lost_to_somebody, closed_in_the_quarter, renewed_in_a_day,
        ],
    ),
    *plots(
        faults=[
            no_role, two_roles, no_account, same_deal_twice, no_amount, other_amount, other_currency, overdue,
            contradicting_forecast, lines_differ, jump, stale, new_again,
        ],
        near_misses=[
            no_role_yet, several_contacts, no_account_yet, not_the_same_deal, no_amount_yet, same_amount, due_today,
            omitted_early, lines_agree, no_jump, almost_stale, more_of_the_same,
        ],
    ),
]  # fmt: skip
