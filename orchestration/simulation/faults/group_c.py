"""Plots of group C: lifecycle, order and time."""

from orchestration.simulation.clock import DAY, HOUR, add_months, day_of, day_start, month_start
from orchestration.simulation.faults.cast import Cast, close_out, plots
from orchestration.simulation.key.mismatches import instant_text
from orchestration.simulation.life import HANDED_OVER, MQL
from orchestration.simulation.render import hubspot_time, salesforce_time
from orchestration.simulation.script import STAGES, Script, office
from orchestration.simulation.truth import Activity


def fell_back(cast: Cast) -> None:
    """An MQL goes back to a lead, and nothing had ended."""
    told = cast.script(title="担当")
    at = cast.office(40)
    told.sign_up(at)
    told.mark(at + HOUR, MQL)
    told.mark(at + 3 * DAY, "lead")
    cast.fault("C01", told.ma.id, "", instant_text(at + 3 * DAY))


def came_back(cast: Cast) -> None:
    """Goes back because sales rejected it; or to another name of the same stage."""
    told = cast.script()
    if cast.copy % 2:
        told.sign_up(cast.office(40), points=5)
        told.mark(cast.office(39), "subscriber")
    else:
        told.reject(office(cast.world, day_of(told.until_accepted(cast.day(40))) + 1))
    cast.near("C01", told.ma.id)


def _handed_over_unmarked(cast: Cast, back: int = 45) -> tuple[Script, int]:
    told = cast.script()
    at = cast.office(back)
    told.sign_up(at)
    told.respond(at + HOUR, 45)
    told.mark(at + 2 * HOUR, HANDED_OVER)
    told.receive(at + 2 * HOUR + 300)
    return told, at + 2 * HOUR + 300


def no_mql(cast: Cast) -> None:
    """Handed over without ever having been an MQL."""
    told, at = _handed_over_unmarked(cast)
    close_out(told, at)
    cast.fault("C02", told.ma.id, "", "mql")


def never_accepted(cast: Cast) -> None:
    """Converted without having been accepted, or won without field sales accepting it."""
    told = cast.script()
    at = told.until_received(cast.day(60))
    told.act(at + HOUR)
    if cast.copy % 2:
        told.accept(at + 2 * HOUR)
    converted = office(cast.world, day_of(at) + 1, 11)
    told.convert(converted)
    if not cast.copy % 2:
        told.agree(office(cast.world, day_of(at) + 3, 14))
        told.advance(office(cast.world, day_of(at) + 6))
        cast.fault("C02", "", told.lead.id, "accepted")
        return
    told.act(converted + 3 * DAY, who=told.contact.id, opportunity=told.deal.id)
    told.win(office(cast.world, day_of(at) + 9))
    told.sign(told.deal.stages[-1][0] + 3 * HOUR)
    cast.fault("C02", "", told.deal.id, "valid_opportunity")


def own_lead(cast: Cast) -> None:
    """A lead that sales found itself is converted at once."""
    told = cast.script()
    at = cast.office(60)
    told.receive(at, "Outbound")
    told.act(at + HOUR)
    told.convert(at + DAY)
    told.agree(office(cast.world, day_of(at) + 3, 14))
    told.advance(office(cast.world, day_of(at) + 6))
    cast.near("C02", "", told.lead.id)


def accepted_before(cast: Cast) -> None:
    """Inside sales accepts the lead before marketing hands it over."""
    told = cast.script()
    at = cast.office(45)
    told.sign_up(at)
    told.qualify(at + HOUR)
    told.receive(at + 2 * HOUR)
    told.act(at + 3 * HOUR)
    told.accept(at + 3 * HOUR + 60)
    out = office(cast.world, day_of(at) + 1)
    told.hand_over(out)
    told.act(out + HOUR)
    told.reject(office(cast.world, day_of(at) + 4))
    cast.fault("C03", told.ma.id, told.lead.id, "accepted before handover")


def accepted_that_day(cast: Cast) -> None:
    """Accepted and handed over on the same business date."""
    told = cast.script()
    at = cast.office(45)
    told.sign_up(at)
    told.qualify(at + HOUR)
    told.receive(at + 2 * HOUR)
    told.act(at + 3 * HOUR)
    told.accept(at + 3 * HOUR + 60)
    told.hand_over(at + 4 * HOUR)
    told.act(at + 5 * HOUR)
    told.reject(office(cast.world, day_of(at) + 4))
    cast.near("C03", told.ma.id, told.lead.id)


def _filled_in(cast: Cast, opened: int, received: int) -> Script:
    """A lead is received and converted into an opportunity that is there already; the deal is lost."""
    told = cast.script()
    told.sign_up(opened - 3 * DAY)
    told.qualify(opened - 3 * DAY + HOUR)
    told.hand_over(received - 300)
    told.receive(received)
    told.act(received + HOUR)
    told.accept(received + HOUR + 600)
    told.convert(received + 2 * HOUR, opened)
    told.agree(office(cast.world, day_of(received) + 3, 14))
    told.lose(office(cast.world, day_of(received) + 9, 11))
    return told


def lead_filled_in(cast: Cast) -> None:
    """The lead that an opportunity came from was entered days after it."""
    opened = cast.office(50)
    told = _filled_in(cast, opened, office(cast.world, day_of(opened) + 1 + cast.copy, 11))
    cast.fault("C04", "", told.deal.id, told.lead.id)


def lead_of_that_day(cast: Cast) -> None:
    """The lead was entered an hour after its opportunity, on the same business date."""
    opened = cast.office(50)
    cast.near("C04", "", _filled_in(cast, opened, opened + HOUR).deal.id)


def stage_without_time(cast: Cast) -> None:
    """The record says MQL, and its history knows of none."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), points=5)
    told.ma.says["lifecyclestage"] = MQL
    cast.fault("C05", told.ma.id)


def time_of_the_merged(cast: Cast) -> None:
    """The record says MQL since a record was merged into it that had become one."""
    told = cast.script(title="担当")
    at = cast.office(40)
    told.sign_up(at, points=5)
    record = told.enter(at + DAY, email=told.person.email)
    told.person.lifecycle.append((at + 2 * DAY, record.id, MQL))
    record.merged_into, record.merged_at = told.ma.id, at + 3 * DAY
    told.ma.says["lifecyclestage"] = MQL
    cast.near("C05 C06", told.ma.id)


def history_differs(cast: Cast) -> None:
    """The record says another stage than its history."""
    told = cast.script()
    if cast.copy % 2:
        told.until_negotiation(cast.day(60))
        told.deal.says |= {"StageName": STAGES[2], "Probability": "75", "ForecastCategoryName": "Best Case"}
        cast.fault("C06", "", told.deal.id)
        return
    told.sign_up(cast.office(40), points=5)
    told.mark(cast.office(39), "subscriber")
    told.ma.says["lifecyclestage"] = "lead"
    cast.fault("C06", told.ma.id)


def history_follows(cast: Cast) -> None:
    """The record was changed hours ago: its history is under way."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), points=5)
    told.mark(cast.end - 5 * HOUR, "subscriber")
    told.ma.says["lifecyclestage"] = "lead"
    cast.near("C06", told.ma.id)


def high_water(cast: Cast) -> None:
    """The deal was lost long ago, and the MA still says opportunity."""
    told = cast.script()
    at = told.until_negotiation(cast.day(100))
    told.stage(at, "Closed Lost")
    told.deal.loss_reason = "価格"
    cast.fault("C07", told.ma.id, told.deal.id, "opportunity")


def just_lost(cast: Cast) -> None:
    """The deal was lost within the last 30 days."""
    told = cast.script()
    at = told.until_negotiation(cast.day(35))
    told.stage(at, "Closed Lost")
    told.deal.loss_reason = "価格"
    cast.near("C07", told.ma.id)


def not_a_customer(cast: Cast) -> None:
    """Won, and the MA never heard of it."""
    told = cast.script()
    at = told.until_negotiation(cast.day(60))
    told.stage(at, "Closed Won")
    told.sign(at + 3 * HOUR)
    cast.fault("C08", told.ma.id, told.deal.id)


def contact_deleted(cast: Cast) -> None:
    """The contact that a lead became was deleted."""
    told = cast.script()
    at = told.until_agreed(cast.day(30))
    told.contact.deleted_at = at + DAY
    cast.fault("C09", "", told.lead.id)


def lead_deleted(cast: Cast) -> None:
    """The converted lead was cleared away, its contact is kept."""
    told = cast.script()
    told.lose(told.until_negotiation(cast.day(60)))
    told.lead.deleted_at = told.deal.stages[-1][0] + DAY
    cast.near("C09 I02 B01 A10", told.ma.id, told.lead.id)


def converted_to_nothing(cast: Cast) -> None:
    """Converted without an opportunity."""
    cast.fault("C10", "", _converted(cast, 30).lead.id)


def _converted(cast: Cast, back: int) -> Script:
    told = cast.script()
    at = office(cast.world, day_of(told.until_accepted(cast.day(back))) + 1, 11)
    lead, contact = told.lead, told.meet(at + 1, "Web", told.lead.ma_id)
    lead.converted_at, lead.contact_id, lead.account_id = at, contact.id, contact.account_id
    told.ma.contact_link = (at + 30, contact.id)
    told.mark(at + HOUR, "opportunity")
    return told


def nothing_lost(cast: Cast) -> None:
    """Nobody wanted an opportunity, or it was made on the contact."""
    told = _converted(cast, 30)
    if cast.copy % 2:
        told.lead.says["No_Opportunity__c"] = "true"
    else:
        at = (told.lead.converted_at or 0) + HOUR
        told.open_deal(at, "Partner Referral", "New Business")
        told.agree(office(cast.world, day_of(at) + 2, 14))
    cast.near("C10", "", told.lead.id)


def still_nurtured(cast: Cast) -> None:
    """Converted, and the MA still takes the person for a reader."""
    told = cast.script()
    at = cast.office(50)
    told.sign_up(at, points=5)
    told.receive(at + DAY, "Outbound")
    told.act(at + DAY + HOUR)
    told.accept(at + DAY + 2 * HOUR)
    told.convert(at + 2 * DAY)
    told.person.lifecycle = [entry for entry in told.person.lifecycle if entry[2] != "opportunity"]
    told.agree(office(cast.world, day_of(at) + 5, 14))
    told.advance(office(cast.world, day_of(at) + 8))
    cast.fault("C11", told.ma.id, told.lead.id)


def from_the_future(cast: Cast) -> None:
    """A form was filled in days after the extraction."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), points=5)
    ident = _form(cast, told, cast.end + DAY + HOUR)
    cast.fault("C12", told.ma.id, "", f"ma_activity.occurred_at {ident}")


def hours_ahead(cast: Cast) -> None:
    """A clock that goes a few hours fast."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), points=5)
    _form(cast, told, cast.end + 20 * HOUR)
    cast.near("C12", told.ma.id)


def _form(cast: Cast, told: Script, at: int) -> str:
    ident = f"f{cast.world.next_number('form'):09d}"
    values = {"conversion_id": ident, "contact_id": told.ma.id, "form_id": "form-1", "title": "お問い合わせ"}
    cast.row("form_submissions", told.ma.created, values | {"timestamp": hubspot_time(at)})
    return ident


def mql_twice(cast: Cast) -> None:
    """Called MQL a second time before anything had ended."""
    told = cast.script()
    at = cast.office(40)
    told.sign_up(at)
    told.qualify(at + HOUR)
    told.mark(at + 2 * HOUR, MQL)
    told.hand_over(at + 3 * HOUR)
    told.receive(at + 3 * HOUR + 300)
    close_out(told, at + 3 * HOUR + 300)
    cast.fault("C13", told.ma.id, "", instant_text(at + 2 * HOUR))


def written_after_the_close(cast: Cast) -> None:
    """A call of last month that was entered after the 5th."""
    _, act, month = _call_of_last_month(cast)
    act.says["CreatedDate"] = salesforce_time(day_start(month + 5) + 10 * HOUR + cast.copy)
    cast.fault("C14", "", act.id, "activity")


def written_by_the_fifth(cast: Cast) -> None:
    """A call of last month that was entered on the 5th."""
    _, act, month = _call_of_last_month(cast)
    act.says["CreatedDate"] = salesforce_time(day_start(month + 4) + 10 * HOUR + cast.copy)
    cast.near("C14", "", act.id)


def _call_of_last_month(cast: Cast) -> tuple[Script, Activity, int]:
    told = cast.script()
    month = add_months(month_start(cast.day(0)), -1)
    at = office(cast.world, month - 8, 13)
    told.until_accepted(day_of(at) - 2)
    act = told.act(at, "Call", "No Answer")
    told.reject(office(cast.world, month + 8))
    assert act is not None
    return told, act, month


PLOTS = [
    *plots(
        spread=True,
        faults=[
            fell_back, no_mql, accepted_before, lead_filled_in, stage_without_time, high_water, not_a_customer, from_the_future,
            mql_twice, written_after_the_close,
        ],
        near_misses=[
            came_back, accepted_that_day, lead_of_that_day, lead_deleted, time_of_the_merged, history_follows, hours_ahead, written_by_the_fifth,
        ],
    ),
    *plots(
        faults=[
            never_accepted, history_differs, contact_deleted, converted_to_nothing, still_nurtured,
        ],
        near_misses=[
            own_lead, just_lost, nothing_lost,
        ],
    ),
]  # fmt: skip
