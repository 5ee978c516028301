"""Plots of groups E and F: contact, consent and activity; campaign and attribution."""

from orchestration.simulation.clock import DAY, HOUR, day_of, to_date
from orchestration.simulation.faults.cast import Cast, close_out, plots
from orchestration.simulation.life import OPEN
from orchestration.simulation.render import hubspot_time, salesforce_time
from orchestration.simulation.script import Script, office

_TARGET = "https://www.tasuki-sample.co.jp/"


def _opted_out(cast: Cast, back: int = 40) -> tuple[Script, int]:
    """Somebody who opted out, and when."""
    told = cast.script(title="担当")
    at = cast.office(back)
    told.sign_up(at, points=5)
    told.ma.is_opted_out = True
    told.ma.says["hs_email_optout_date"] = hubspot_time(at + DAY)
    return told, at + DAY


def mail_after_opt_out(cast: Cast) -> None:
    """A newsletter goes out although the person opted out."""
    told, at = _opted_out(cast)
    cast.mail(told, at + 901, "newsletter")
    cast.fault("E01", told.ma.id)


def mail_under_way(cast: Cast) -> None:
    """The mail was under way, or is no advertisement, or nobody knows when the person opted out."""
    told, at = _opted_out(cast)
    if cast.copy % 3 == 2:
        told.ma.says["hs_email_optout_date"] = ""
    cast.mail(told, at + (900 if cast.copy % 3 == 0 else DAY), "transactional" if cast.copy % 3 == 1 else "newsletter")
    cast.near("E01", told.ma.id)


def other_consent(cast: Cast) -> None:
    """Opted out in the CRM, not in the MA."""
    told = cast.script()
    close_out(told, told.until_received(cast.day(40)))
    told.lead.says["HasOptedOutOfEmail"] = "true"
    cast.fault("E02", told.ma.id, told.lead.id)


def consent_under_way(cast: Cast) -> None:
    """Changed since the cut-off; or on a converted lead, whose contact is what counts."""
    told = cast.script()
    if cast.copy % 2:
        told.until_accepted(cast.day(10))
        told.status(cast.end - 3 * HOUR, OPEN)
    else:
        told.until_agreed(cast.day(30))
    told.lead.says["HasOptedOutOfEmail"] = "true"
    cast.near("E02", told.ma.id, told.lead.id)


def opted_out_of_a_deal(cast: Cast) -> None:
    """The primary contact of an open deal has opted out."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    told.ma.is_opted_out = True
    cast.fault("E03", told.ma.id, told.deal.id)


def colleague_opted_out(cast: Cast) -> None:
    """Another contact of the deal has opted out."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    other = cast.script(told.company, title="担当")
    other.sign_up(cast.office(60), points=5)
    other.ma.is_opted_out = True
    contact = other.meet(told.deal.created + DAY, "Web", other.ma.id)
    other.person.roles.append((cast.world.new_id("00K"), told.deal.created + DAY, told.deal.id, contact.id, False))
    cast.near("E03", "", told.deal.id)


def nurtured_customer(cast: Cast) -> None:
    """A customer gets mail that is meant for prospects."""
    told = cast.script()
    at = told.until_signed(cast.day(70))
    cast.mail(told, at + 3 * DAY, ["nurture", "acquisition"][cast.copy % 2])
    cast.fault("E04", told.ma.id, told.deal.id)


def served_customer(cast: Cast) -> None:
    """A customer gets mail for customers, or mail of the first hours after the deal was won."""
    told = cast.script()
    at = told.until_signed(cast.day(70))
    cast.mail(told, *[(at + 3 * DAY, "customer"), (at + 2 * HOUR, "nurture")][cast.copy % 2])
    cast.near("E04", told.ma.id)


def courted_again(cast: Cast) -> None:
    """Somebody field sales is talking to gets mail to win new prospects."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    cast.mail(told, (told.deal.accepted_at or 0) + DAY + 1, "acquisition")
    cast.fault("E05", told.ma.id, told.deal.id)


def nurtured_in_a_deal(cast: Cast) -> None:
    """Nurture mail during a deal, or acquisition mail within the hours."""
    told = cast.script()
    told.until_negotiation(cast.day(40))
    accepted = told.deal.accepted_at or 0
    cast.mail(told, *[(accepted + 3 * DAY, "nurture"), (accepted + DAY, "acquisition")][cast.copy % 2])
    cast.near("E05", told.ma.id)


def bounced(cast: Cast) -> None:
    """Hot, and no mail arrives."""
    told = cast.script()
    told.until_accepted(cast.day(10))
    told.ma.says["hs_email_hard_bounce_reason_enum"] = "UNKNOWN_USER"
    cast.fault("E06", told.ma.id)


def bounced_and_closed(cast: Cast) -> None:
    """No mail arrives, and the cycle is closed."""
    told = cast.script()
    close_out(told, told.until_received(cast.day(30)))
    told.ma.says["hs_email_hard_bounce_reason_enum"] = "UNKNOWN_USER"
    cast.near("E06", told.ma.id)


def on_nobody(cast: Cast) -> None:
    """An activity on a lead that the CRM has no row of, or a form of an MA record that is none."""
    at = cast.office(20)
    if cast.copy % 2:
        ident = f"f{cast.world.next_number('form'):09d}"
        values = {
            "conversion_id": ident,
            "contact_id": f"9{cast.copy:08d}",
            "form_id": "form-1",
            "title": "お問い合わせ",
        }
        cast.row("form_submissions", at, values | {"timestamp": hubspot_time(at)})
        cast.fault("E07", ident)
        return
    ident = cast.world.new_id("00T")
    _task(cast, ident, f"00QJ9{cast.copy:010d}AAA"[:18], at)
    cast.fault("E07", "", ident)


def _task(cast: Cast, ident: str, who: str, at: int) -> None:
    when = salesforce_time(at)
    values = {
        "Id": ident, "IsDeleted": "false", "WhoId": who, "Subject": "電話", "TaskSubtype": "Call", "Status": "Completed",
        "CompletedDateTime": when, "ActivityDate": to_date(day_of(at)).isoformat(), "Is_Automated__c": "false",
        "OwnerId": cast.world.is_users[0], "Direction__c": "Outbound", "CreatedDate": when, "SystemModstamp": when,
    }  # fmt: skip
    cast.row("tasks", at, values)


def on_somebody_yet(cast: Cast) -> None:
    """An activity of hours ago on a lead that is still under way."""
    ident = cast.world.new_id("00T")
    _task(cast, ident, f"00QJ8{cast.copy:010d}AAA"[:18], cast.end - 8 * HOUR)
    cast.near("E07", "", ident)


def no_outcome(cast: Cast) -> None:
    """A meeting that was, and nobody says how it went."""
    told = cast.script()
    at = told.until_accepted(cast.day(30))
    meeting = told.act(office(cast.world, day_of(at) + 1, 15), "Meeting", "")
    told.reject(office(cast.world, day_of(at) + 4))
    cast.fault("E08", "", meeting.id if meeting else "")


def called_off(cast: Cast) -> None:
    """A meeting that was called off, or is not two days past."""
    told = cast.script()
    told.until_accepted(cast.day(6))
    meeting = told.act(cast.end - 2 * DAY + cast.copy, "Meeting", "No Show" if cast.copy % 2 else "")
    cast.near("E08", "", meeting.id if meeting else "")


def tag_without_source(cast: Cast) -> None:
    """The first page carries an advertisement's tag, and the source says direct."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), ["DIRECT_TRAFFIC", "UNKNOWN"][cast.copy % 2], 5)
    told.ma.says["hs_analytics_first_url"] = f"{_TARGET}?gclid=a{cast.copy}"
    cast.fault("F01", told.ma.id)


def no_tag(cast: Cast) -> None:
    """A parameter that only contains the tag's name, or a source that is known."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), ["DIRECT_TRAFFIC", "PAID_SEARCH"][cast.copy % 2], 5)
    told.ma.says["hs_analytics_first_url"] = f"{_TARGET}?{'' if cast.copy % 2 else 'x'}gclid=a"
    cast.near("F01", told.ma.id)


def unknown_tag(cast: Cast) -> None:
    """A UTM value that the registry does not have; another person's is registered."""
    told = cast.script(title="担当")
    told.sign_up(cast.office(40), points=5)
    value = ["Facebook", "fb_ad", "FB", "Google", "gogle"][cast.copy]
    told.ma.says |= {"utm_source": value, "utm_medium": "cpc", "utm_campaign": "spring"}
    cast.fault("F02", "", "", f"hubspot utm_source={value}")


def overwritten_source(cast: Cast) -> None:
    """The first source was overwritten."""
    told = cast.script(title="担当")
    at = cast.office(40)
    told.sign_up(at, "PAID_SEARCH", 5)
    _source_history(cast, told, at, ["ORGANIC_SEARCH", "PAID_SEARCH"])
    cast.fault("F03", told.ma.id)


def learned_source(cast: Cast) -> None:
    """From unknown to known, or changed and changed back."""
    told = cast.script(title="担当")
    at = cast.office(40)
    told.sign_up(at, "PAID_SEARCH", 5)
    values = ["UNKNOWN", "PAID_SEARCH"] if cast.copy % 2 else ["PAID_SEARCH", "ORGANIC_SEARCH", "PAID_SEARCH"]
    _source_history(cast, told, at, values)
    cast.near("F03", told.ma.id)


def _source_history(cast: Cast, told: Script, at: int, values: list[str]) -> None:
    for place, value in enumerate(values):
        when = at + place * HOUR
        row = {"contact_id": told.ma.id, "name": "hs_analytics_source", "value": value, "source": "ANALYTICS"}
        cast.row("contact_property_history", when, row | {"timestamp": hubspot_time(when)})


def other_source(cast: Cast) -> None:
    """From the web by the MA, from a trade show by the CRM."""
    _sourced(cast, "Trade Show", is_fault=True)


def compatible_source(cast: Cast) -> None:
    """A source that goes with any, or another word for the same."""
    _sourced(cast, ["Webinar", "Web"][cast.copy % 2], is_fault=False)


def _sourced(cast: Cast, source: str, *, is_fault: bool) -> None:
    told = cast.script()
    at = cast.office(40)
    told.sign_up(at)
    told.qualify(at + HOUR)
    told.hand_over(at + HOUR + 600)
    told.receive(at + HOUR + 900, source)
    close_out(told, at + HOUR + 900)
    if is_fault:
        cast.fault("F04", told.ma.id, told.lead.id)
    else:
        cast.near("F04", told.ma.id, told.lead.id)


def _member(cast: Cast, campaign: str) -> str:
    told = cast.script()
    at = told.until_received(cast.day(50))
    close_out(told, at)
    member = cast.world.new_id("00v")
    told.person.members.append((member, at + HOUR, campaign, told.lead.id, None))
    return member


def _campaign(cast: Cast, cost: str, start: int | None, end: int) -> str:
    ident, began = f"701J7{cast.world.next_number('campaign'):010d}AAA", salesforce_time(cast.world.start)
    values = {
        "Id": ident, "IsDeleted": "false", "Name": f"催事 {ident[-6:-3]}", "Type": "Seminar", "Status": "Completed",
        "StartDate": to_date(start).isoformat() if start else "", "EndDate": to_date(end).isoformat(), "ActualCost": cost,
        "CurrencyIsoCode": "JPY", "CreatedDate": began, "LastModifiedDate": began, "SystemModstamp": began,
    }  # fmt: skip
    cast.row("crm_campaigns", cast.world.start, values)
    return ident


def incomplete_campaign(cast: Cast) -> None:
    """A member of a campaign that is not there, a campaign without cost, or without dates."""
    kind = ["campaign", "cost", "date"][cast.copy % 3]
    if kind == "campaign":
        cast.fault("F05", _member(cast, f"701J8{cast.copy:010d}AAA"), "", kind)
        return
    day = cast.day(40)
    campaign = _campaign(cast, "" if kind == "cost" else "0", day if kind == "cost" else None, day)
    _member(cast, campaign)
    cast.fault("F05", campaign, "", kind)


def campaign_in_time(cast: Cast) -> None:
    """A campaign that ended 30 days ago: its cost is not due yet."""
    day = day_of(cast.end) - 30
    campaign = _campaign(cast, "", day - 20, day)
    _member(cast, campaign)
    cast.near("F05", campaign)


def _credited(cast: Cast, answered: int | None) -> tuple[Script, str]:
    """A deal whose primary campaign its contact is a member of; the answer came so many days after it was opened."""
    told = cast.script()
    told.until_negotiation(cast.day(50))
    campaign = cast.world.crm_campaign
    day = None if answered is None else day_of(told.deal.created) + answered
    told.person.members.append((cast.world.new_id("00v"), told.deal.created - DAY, campaign, told.lead.id, day))
    told.deal.says["CampaignId"] = campaign
    return told, campaign


def answered_later(cast: Cast) -> None:
    """The campaign that gets the credit was answered only after the deal was opened."""
    told, campaign = _credited(cast, 1 + cast.copy)
    cast.fault("F07", campaign, told.deal.id)


def answered_before(cast: Cast) -> None:
    """The campaign was answered on the day on which the deal was opened, or before."""
    told, _ = _credited(cast, -(cast.copy % 2))
    cast.near("F07 F08", "", told.deal.id)


def never_answered(cast: Cast) -> None:
    """Nobody answered the campaign that gets the credit."""
    told, campaign = _credited(cast, None)
    cast.fault("F08", campaign, told.deal.id)


def claimed_twice(cast: Cast) -> None:
    """Sales calls the deal its own, marketing handed it over."""
    told = cast.script()
    told.until_negotiation(cast.day(50))
    told.deal.source = "Outbound"
    cast.fault("F09", told.ma.id, told.deal.id)


def a_partner_too(cast: Cast) -> None:
    """A partner's deal that marketing handed over."""
    told = cast.script()
    told.until_negotiation(cast.day(50))
    told.deal.source = "Partner Referral"
    cast.near("F09", "", told.deal.id)


PLOTS = [
    *plots(
        spread=True,
        faults=[
            mail_after_opt_out, other_consent, nurtured_customer, on_nobody, no_outcome, tag_without_source, unknown_tag,
            overwritten_source, other_source, incomplete_campaign,
        ],
        near_misses=[
            mail_under_way, served_customer, bounced_and_closed, no_tag, learned_source, compatible_source,
        ],
    ),
    *plots(
        faults=[
            opted_out_of_a_deal, courted_again, bounced, answered_later, never_answered, claimed_twice,
        ],
        near_misses=[
            consent_under_way, colleague_opted_out, nurtured_in_a_deal, on_somebody_yet, called_off, campaign_in_time,
            answered_before, a_partner_too,
        ],
    ),
]  # fmt: skip
