"""Plots of group B: sync and relay."""

from orchestration.simulation.clock import DAY, HOUR, day_of
from orchestration.simulation.faults.cast import Cast, close_out, plots
from orchestration.simulation.key.mismatches import date_text
from orchestration.simulation.life import HANDED_OVER, MQL, OPEN
from orchestration.simulation.render import hubspot_time, ma_changed_at
from orchestration.simulation.script import Script, office

_QUEUE = "00GJ00000000001AAA"


def deleted_lead(cast: Cast) -> None:
    """Inside sales deleted the lead; the MA still points to it."""
    told = cast.script()
    at = told.until_received(cast.day(40))
    told.lead.deleted_at = office(cast.world, day_of(at) + 1)
    cast.fault("B01", told.ma.id)
    cast.fault("I02", told.ma.id, told.lead.id)
    cast.near("A10", told.ma.id, told.lead.id)


def never_arrived(cast: Cast) -> None:
    """Handed over, and the CRM never got it."""
    told = cast.script()
    at = cast.office(35)
    told.sign_up(at)
    told.qualify(at + HOUR)
    told.hand_over(at + 2 * HOUR)
    cast.fault("B01", told.ma.id)
    cast.conflict("B1", "lost", at + 2 * HOUR, told.ma.id, number=told.number)
    cast.fault("B04", told.ma.id, "", f"B1 lost_in_transit {date_text(day_of(at))}")


def under_way(cast: Cast) -> None:
    """Handed over hours ago: still under way."""
    told = cast.script()
    at = cast.end - 10 * HOUR - cast.copy * 600
    told.sign_up(at)
    told.qualify(at + 1800)
    told.hand_over(at + 3600)
    cast.near("B01 B04 B06", told.ma.id)


def known_by_address(cast: Cast) -> None:
    """Neither record names the other, but the address is one."""
    told = cast.script()
    at = cast.office(45)
    told.sign_up(at)
    told.qualify(at + HOUR)
    told.hand_over(at + 2 * HOUR)
    told.receive(at + 3 * HOUR, ma_id="")
    close_out(told, at + 3 * HOUR)
    cast.near("B01 B02 B04", told.ma.id, told.lead.id)


def no_gate(cast: Cast) -> None:
    """An MQL of nobody's persona that is not handed over."""
    told = cast.script(title="担当", department="営業部")
    at = cast.office(30)
    told.sign_up(at)
    told.qualify(at + HOUR)
    cast.near("B01 B06", told.ma.id)


def without_origin(cast: Cast) -> None:
    """A lead from the web that the MA does not know."""
    told = cast.script()
    at = cast.office(50)
    told.receive(at, "Web")
    close_out(told, at)
    cast.fault("B02", "", told.lead.id)
    cast.conflict("B1", "invented", at, told.lead.id, number=told.number)
    cast.fault("B04", "", told.lead.id, f"B1 invented {date_text(day_of(at))}")


def own_source(cast: Cast) -> None:
    """A lead that sales found itself."""
    told = cast.script()
    at = cast.office(50)
    told.receive(at, ["Outbound", "Partner Referral"][cast.copy % 2])
    close_out(told, at)
    cast.near("B02 B04", "", told.lead.id)


def sync_error(cast: Cast) -> None:
    """The connector gave up, or has not synced since the record changed."""
    told = cast.script()
    close_out(told, told.until_received(cast.day(60)))
    changed = ma_changed_at(told.person, told.ma, cast.end)
    says = [
        {"sync_error": "FIELD_CUSTOM_VALIDATION_EXCEPTION"},
        {"salesforcelastsynctime": ""},
        {"salesforcelastsynctime": hubspot_time(changed - 24 * HOUR - 1)},
    ]
    told.ma.says |= says[cast.copy % 3]
    cast.fault("B03", told.ma.id, told.lead.id)


def sync_error_alone(cast: Cast) -> None:
    """A sync error of a record that the CRM does not know."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(33), points=5)
    told.ma.says["sync_error"] = "REQUIRED_FIELD_MISSING"
    cast.fault("B03", told.ma.id)


def synced_in_time(cast: Cast) -> None:
    """Synced exactly 24 hours before the change, or changed so late that the sync is under way."""
    told = cast.script()
    close_out(told, told.until_received(cast.day(64)))
    if cast.copy % 2:
        told.respond(cast.end - 5 * HOUR, 1)
        told.ma.says["salesforcelastsynctime"] = hubspot_time(cast.end - 60 * DAY)
    else:
        told.ma.says["salesforcelastsynctime"] = hubspot_time(ma_changed_at(told.person, told.ma, cast.end) - DAY)
    cast.near("B03", told.ma.id)


def _handed_over_cold(cast: Cast, points: int, answered: int) -> Script:
    """Handed over at ten with so many points, `answered` seconds after the only response."""
    told = cast.script()
    at = cast.office(70)
    told.sign_up(at - answered, points=points)
    told.mark(at - HOUR, MQL)
    told.mark(at, HANDED_OVER)
    told.receive(at + 300)
    close_out(told, at + 300)
    return told


def below_the_gate(cast: Cast) -> None:
    """Handed over with hardly a point, long after the last sign of interest."""
    told = _handed_over_cold(cast, 19, 90 * DAY + 1)
    cast.fault("B05", told.ma.id, "", date_text(day_of(told.lead.created)))


def just_enough(cast: Cast) -> None:
    """Not hot, but with exactly 20 points, or a response exactly 90 days before."""
    told = _handed_over_cold(cast, 20, 100 * DAY) if cast.copy % 2 else _handed_over_cold(cast, 5, 90 * DAY)
    cast.near("B05", told.ma.id)


def forgotten(cast: Cast) -> None:
    """Hot, and nobody handed it over."""
    told = cast.script()
    at = cast.office(20)
    told.sign_up(at)
    told.qualify(at + HOUR)
    cast.fault("B06", told.ma.id, "", date_text(day_of(at)))


def a_week(cast: Cast) -> None:
    """Hot since exactly seven days."""
    told = cast.script()
    at = cast.end - 7 * DAY + cast.copy
    told.sign_up(at - HOUR)
    told.qualify(at)
    cast.near("B06", told.ma.id)


def in_a_queue(cast: Cast) -> None:
    """The lead's owner is a queue, or somebody who has left."""
    told = cast.script()
    told.until_accepted(cast.day(12))
    told.lead.owner = _QUEUE if cast.copy % 2 else cast.world.gone_user
    cast.fault("B07", told.ma.id, told.lead.id, "queue" if cast.copy % 2 else "inactive")


def three_days_in_a_queue(cast: Cast) -> None:
    """In a queue for exactly three days at the cut-off."""
    told = cast.script()
    at = cast.cutoff - 3 * DAY + cast.copy
    told.sign_up(at - 2 * HOUR)
    told.qualify(at - HOUR)
    told.hand_over(at - 900)
    told.receive(at, owner=_QUEUE)
    told.act(at + 600)
    cast.near("B07", told.ma.id, told.lead.id)


def other_values(cast: Cast) -> None:
    """The CRM says another value than the MA."""
    told = cast.script()
    told.until_accepted(cast.day(15))
    field, column, value = [
        ("phone", "Phone", "052-000-0000"), ("job_title", "Title", "課長"), ("industry", "Industry", "製造"),
        ("region", "State", "沖縄県"), ("department", "Department__c", "人事部"),
    ][cast.copy]  # fmt: skip
    told.lead.says[column] = value
    cast.fault("B08", told.ma.id, told.lead.id, field)


def same_values(cast: Cast) -> None:
    """Another spelling of the same, nothing on one side, or changed since the cut-off."""
    told = cast.script()
    told.until_accepted(cast.day(15))
    company = told.person.company
    told.lead.says |= [
        {"Company": f"㈱ {company.stem}"}, {"Title": ""}, {"Phone": told.person.phone.replace("-", " ")},
        {"Title": "部 長"}, {"Department__c": "人事部"},
    ][cast.copy]  # fmt: skip
    if cast.copy == 4:
        told.status(cast.end - 3 * HOUR, OPEN)
    cast.near("B08", told.ma.id, told.lead.id)


def updated_after_conversion(cast: Cast) -> None:
    """The MA goes on writing to the converted lead, and does not know the contact."""
    told = cast.script()
    at = told.until_agreed(cast.day(40))
    told.ma.contact_link = None
    told.respond(at + 3 * DAY, 2)
    told.advance(office(cast.world, day_of(at) + 5, 11))
    cast.fault("B10", told.ma.id, told.lead.id)


def updated_at_conversion(cast: Cast) -> None:
    """Changed exactly 24 hours after the conversion."""
    told = cast.script()
    at = told.until_agreed(cast.day(40))
    told.ma.contact_link = None
    told.mark((told.lead.converted_at or 0) + DAY, "opportunity")
    told.advance(office(cast.world, day_of(at) + 5, 11))
    cast.near("B10", told.ma.id, told.lead.id)


def no_reason(cast: Cast) -> None:
    """Rejected without a reason."""
    told = cast.script()
    told.reject(office(cast.world, day_of(told.until_accepted(cast.day(30))) + 1), "")
    cast.fault("B11", "", told.lead.id, "no_reason")


def no_reason_needed(cast: Cast) -> None:
    """Disqualified without a reason."""
    told = cast.script()
    told.disqualify(office(cast.world, day_of(told.until_accepted(cast.day(30))) + 1), "")
    cast.near("B11", "", told.lead.id)


def never_returned(cast: Cast) -> None:
    """Recycled, and marketing does not nurture it."""
    told = cast.script()
    told.recycle(office(cast.world, day_of(told.until_accepted(cast.day(30))) + 1), nurtured=False)
    cast.fault("B11", told.ma.id, told.lead.id, "not_returned")


def returned_a_week_ago(cast: Cast) -> None:
    """Recycled exactly seven days before the cut-off."""
    told = cast.script()
    told.until_accepted(cast.day(20))
    told.recycle(cast.cutoff - 7 * DAY + cast.copy, nurtured=False)
    cast.near("B11", told.ma.id, told.lead.id)


def untouched(cast: Cast) -> None:
    """Nobody called."""
    told = cast.script()
    at = told.until_received(cast.day(9))
    cast.fault("B12", told.ma.id, told.lead.id, date_text(day_of(at)))


def touched_late(cast: Cast) -> None:
    """Called late, or rejected without a call."""
    told = cast.script()
    at = told.until_received(cast.day(20))
    if cast.copy % 2:
        told.reject(office(cast.world, day_of(at) + 4))
    else:
        told.act(office(cast.world, day_of(at) + 4))
    cast.near("B12", told.ma.id, told.lead.id)


def auto_mail_first(cast: Cast) -> None:
    """An automated mail and nobody in time, and yet accepted."""
    told = cast.script()
    at = told.until_received(cast.day(22))
    told.act(at + 60, "Email", "", automated=True)
    late = office(cast.world, day_of(at) + 3)
    told.act(late)
    told.accept(late + 600)
    cast.fault("B13", "", told.lead.id, date_text(day_of(at)))


def auto_mail_and_a_call(cast: Cast) -> None:
    """An automated mail, and a call at the last instant."""
    told = cast.script()
    at = told.until_received(cast.day(22))
    told.act(at + 60, "Email", "", automated=True)
    due = cast.world.hours.after(at - 300, 240 * 60)
    told.act(due)
    told.accept(due + 600)
    cast.near("B13", "", told.lead.id)


def mql_of_an_open_deal(cast: Cast) -> None:
    """Field sales talks to the person already when marketing calls them an MQL."""
    told = cast.script()
    at = cast.office(60)
    told.meet(at, "Partner Referral")
    deal = told.open_deal(at + HOUR, "Partner Referral", "New Business")
    told.agree(office(cast.world, day_of(at) + 3, 14))
    told.advance(office(cast.world, day_of(at) + 20, 11))
    answered = office(cast.world, day_of(at) + 25, 15)
    told.sign_up(answered)
    told.qualify(answered + HOUR)
    cast.fault("B14", told.ma.id, deal.id, date_text(day_of(answered)))


def mql_of_a_customer(cast: Cast) -> None:
    """A customer under contract becomes an MQL again."""
    told = cast.script()
    told.until_signed(cast.day(150))
    contract = cast.world.contracts[-1]
    at = cast.office(40)
    told.respond(at, 5)
    told.mark(at + HOUR, MQL)
    cast.fault("B14", told.ma.id, contract.id, date_text(day_of(at)))


def colleague_of_a_deal(cast: Cast) -> None:
    """A colleague has the open opportunity; this person has none."""
    first = cast.script()
    first.until_negotiation(cast.day(50))
    told = cast.script(first.company, department="マーケティング部")
    close_out(told, told.until_received(cast.day(30)))
    cast.near("B14", told.ma.id)


def mql_after_the_loss(cast: Cast) -> None:
    """The deal was lost before."""
    told = cast.script()
    told.lose(told.until_negotiation(cast.day(110)))
    at = office(cast.world, day_of(told.deal.stages[-1][0]) + 20)
    told.qualify(at)
    told.hand_over(at + 600)
    told.receive(at + 900)
    close_out(told, at + 900)
    cast.near("B14 B01 C13", told.ma.id)


PLOTS = [
    *plots(
        spread=True,
        faults=[
            deleted_lead, never_arrived, without_origin, sync_error, sync_error_alone, below_the_gate, no_reason,
            never_returned,
        ],
        near_misses=[
            known_by_address, no_gate, own_source, synced_in_time, just_enough, no_reason_needed, mql_after_the_loss,
        ],
    ),
    *plots(
        faults=[
            forgotten, in_a_queue, other_values, updated_after_conversion, untouched, auto_mail_first,
            mql_of_an_open_deal, mql_of_a_customer,
        ],
        near_misses=[
            under_way, a_week, three_days_in_a_queue, same_values, updated_at_conversion, returned_a_week_ago,
            touched_late, auto_mail_and_a_call, colleague_of_a_deal,
        ],
    ),
]  # fmt: skip
