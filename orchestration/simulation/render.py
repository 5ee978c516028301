"""The truth as the rows of raw tables: HubSpot and Salesforce under their API names, customer success in Japanese.

A state row is what a system shows of an object at an instant; an event row never changes once it exists. Every value is
text ('' for none).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from orchestration.simulation.clock import DAY, day_of, day_start, to_date
from orchestration.simulation.life import NURTURING, REJECTED, World, account_id, duplicate_account_id
from orchestration.simulation.names import Company
from orchestration.simulation.truth import Contract, CrmContact, CrmLead, MaRecord, Opportunity, Person, Says

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One raw table: its system's folder, file name and columns."""

    system: str
    file: str
    columns: tuple[str, ...]
    shape: str = "csv"  # csv, bom (CSV with BOM), jsonl or cs (CP932 CSV below two title lines)


def _columns(text: str) -> tuple[str, ...]:
    return tuple(text.split())


TABLES = {
    "contacts": Table("hubspot", "contacts", _columns(
        "id email firstname lastname company phone jobtitle department industry numemployees state hubspotscore"
        " lifecyclestage hs_lead_status hs_analytics_source hs_analytics_source_data_1 hubspot_owner_id hs_email_optout"
        " salesforceleadid salesforcecontactid hs_merged_object_ids createdate lastmodifieddate purpose archived"
        " hs_email_optout_date hs_email_hard_bounce_reason_enum salesforcelastsynctime sync_error salesforceaccountid"
        " utm_source utm_medium utm_campaign hs_analytics_first_url"), "jsonl"),
    "contact_property_history": Table("hubspot", "contact_property_history", _columns("contact_id name value timestamp source"), "bom"),
    "form_submissions": Table("hubspot", "form_submissions", _columns(
        "conversion_id contact_id form_id title page_url campaign_id timestamp"), "jsonl"),
    "email_events": Table("hubspot", "email_events", _columns("id contact_id recipient type created email_campaign_id")),
    "hubspot_campaigns": Table("hubspot", "campaigns", _columns("id name channel type objective start_date end_date cost currency")),
    "contact_merges": Table("hubspot", "contact_merges", _columns("canonical_vid vid_to_merge timestamp")),
    "deals": Table("hubspot", "deals", _columns(
        "id salesforceopportunityid amount deal_currency_code createdate lastmodifieddate archived _fivetran_active")),
    "leads": Table("salesforce", "leads", _columns(
        "Id IsDeleted MasterRecordId LastName FirstName Company Email Phone Title Department__c Industry NumberOfEmployees"
        " State Website Status LeadSource Rating OwnerId IsConverted ConvertedDate ConvertedAccountId ConvertedContactId"
        " ConvertedOpportunityId HubSpot_Contact_ID__c Reject_Reason__c CreatedDate LastModifiedDate SystemModstamp HasOptedOutOfEmail"
        " No_Opportunity__c")),
    "lead_history": Table("salesforce", "lead_history", _columns("Id LeadId Field OldValue NewValue CreatedById CreatedDate")),
    "crm_contacts": Table("salesforce", "contacts", _columns(
        "Id IsDeleted MasterRecordId AccountId LastName FirstName Email Phone Title Department LeadSource OwnerId"
        " HubSpot_Contact_ID__c CreatedDate LastModifiedDate SystemModstamp HasOptedOutOfEmail")),
    "accounts": Table("salesforce", "accounts", _columns(
        "Id IsDeleted MasterRecordId Name Website Industry NumberOfEmployees BillingState Type ParentId OwnerId"
        " Corporate_Number__c CreatedDate LastModifiedDate SystemModstamp")),
    "opportunities": Table("salesforce", "opportunities", _columns(
        "Id IsDeleted AccountId Name StageName Amount CurrencyIsoCode Probability CloseDate Type LeadSource OwnerId IsClosed"
        " IsWon ForecastCategoryName BANT_Budget__c BANT_Authority__c BANT_Need__c BANT_Timeline__c FS_Accepted_At__c"
        " Loss_Reason__c Competitor__c CreatedDate LastModifiedDate SystemModstamp CampaignId Merged_Into_Id__c Amount_Basis__c"
        " ExpectedRevenue Handover_Scope__c Handover_Stakeholders__c Handover_Promises__c")),
    "opportunity_history": Table("salesforce", "opportunity_history", _columns(
        "Id OpportunityId StageName Amount CloseDate Probability ForecastCategory CreatedById CreatedDate")),
    "opportunity_contact_roles": Table("salesforce", "opportunity_contact_roles", _columns(
        "Id OpportunityId ContactId Role IsPrimary CreatedDate IsDeleted")),
    "opportunity_line_items": Table("salesforce", "opportunity_line_items", _columns("Id OpportunityId TotalPrice IsDeleted")),
    "crm_campaigns": Table("salesforce", "campaigns", _columns(
        "Id IsDeleted Name Type Status StartDate EndDate ActualCost CurrencyIsoCode CreatedDate LastModifiedDate SystemModstamp")),
    "campaign_members": Table("salesforce", "campaign_members", _columns(
        "Id IsDeleted CampaignId LeadId ContactId Status HasResponded FirstRespondedDate CreatedDate LastModifiedDate SystemModstamp")),
    "tasks": Table("salesforce", "tasks", _columns(
        "Id IsDeleted WhoId WhatId Subject TaskSubtype Status CompletedDateTime ActivityDate OwnerId Outcome__c Direction__c"
        " Is_Automated__c CreatedDate SystemModstamp")),
    "events": Table("salesforce", "events", _columns(
        "Id IsDeleted WhoId WhatId Subject StartDateTime EndDateTime OwnerId Outcome__c Direction__c CreatedDate SystemModstamp"
        " Status__c")),
    "users": Table("salesforce", "users", _columns("Id Username Name IsActive Department")),
    "cs_contract": Table("cs", "契約一覧", _columns(
        "契約番号 取引先ID 商談ID 顧客名 法人番号 受入日時 稼働日時 開始日 終了日 解約日 月額(円) 状態 区分 作成日時"), "cs"),
    "cs_contract_change": Table("cs", "契約変更", _columns("変更番号 契約番号 種別 適用日 月額(円)"), "cs"),
    "cs_contract_opportunity": Table("cs", "契約商談", _columns("契約番号 商談ID"), "cs"),
    "record_key": Table("cs", "record_key", _columns("table_name record_id listed_at")),
    "cs_csat": Table("cs", "顧客満足度", _columns("回答番号 契約番号 取引先ID 満足度 推奨度 回答日時"), "cs"),
}  # fmt: skip
_PROBABILITY = {
    "Prospecting": ("10", "Pipeline"), "Qualification": ("10", "Pipeline"), "Needs Analysis": ("20", "Pipeline"),
    "Value Proposition": ("50", "Best Case"), "Proposal/Price Quote": ("75", "Best Case"),
    "Negotiation/Review": ("90", "Commit"), "Closed Won": ("100", "Closed"), "Closed Lost": ("0", "Omitted"),
}  # fmt: skip
_PLACES = {name: {column: place for place, column in enumerate(table.columns)} for name, table in TABLES.items()}
_PAGES = ["資料ダウンロード", "お問い合わせ", "ウェビナー申込", "無料トライアル"]


@cache
def _clock_times() -> list[str]:
    return [f"T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.000" for second in range(DAY)]


@cache
def _utc_day(day: int) -> str:
    return to_date(day).isoformat()


def hubspot_time(at: int | None) -> str:
    """`2026-01-01T00:00:00.000Z`."""
    return "" if at is None else _utc_day(at // DAY) + _clock_times()[at % DAY] + "Z"


def salesforce_time(at: int | None) -> str:
    """`2026-01-01T00:00:00.000+0000`."""
    return "" if at is None else _utc_day(at // DAY) + _clock_times()[at % DAY] + "+0000"


def _utc_date(at: int) -> str:
    return _utc_day(at // DAY)


def _date(day: int | None) -> str:
    return "" if day is None else to_date(day).isoformat()


def _slashed(day: int | None) -> str:
    return "" if day is None else to_date(day).strftime("%Y/%m/%d")


def _slashed_time(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at + 9 * 3600, UTC).strftime("%Y/%m/%d %H:%M:%S")


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _latest(entries: list[tuple[int, str]], at: int) -> str:
    """The value in force at an instant, of entries in order of time."""
    return next((value for since, value in reversed(entries) if since <= at), "")


def _said(table: str, row: Row, says: Says) -> Row:
    """A row with what its record says instead."""
    if not says:
        return row
    values = list(row)
    for column, value in says.items():
        values[_PLACES[table][column]] = value
    return tuple(values)


# -- state rows of a person -----------------------------------------------------------------------------------------


def person_state(person: Person, at: int, drops_since: int) -> Iterator[tuple[str, Row]]:
    """(table, row) of every object of a person that exists at `at`. A contact of the MA that was deleted after
    `drops_since` is gone; one deleted before is shown as archived."""
    for record in person.ma:
        is_merged = bool(record.merged_into) and record.merged_at is not None and record.merged_at <= at
        is_gone = record.deleted_at is not None and drops_since < record.deleted_at <= at
        if record.created <= at and (not is_merged or record.says) and not is_gone:
            yield "contacts", _ma_row(person, record, at)
    for lead in person.leads:
        if lead.created <= at:
            yield "leads", _lead_row(person, lead, at)
    for contact in person.contacts:
        if contact.created <= at:
            yield "crm_contacts", _contact_row(person, contact, at)
    for opportunity in person.opportunities:
        if opportunity.person is person and opportunity.created <= at:
            yield "opportunities", opportunity_row(opportunity, at)
    for ident, created, opportunity_id, contact_id, is_primary in person.roles:
        if created <= at:
            yield "opportunity_contact_roles", (
                ident, opportunity_id, contact_id, "Decision Maker" if is_primary else "Influencer", _flag(is_primary),
                salesforce_time(created), "false",
            )  # fmt: skip
    for ident, created, campaign, record_id, day in person.members:
        if created <= at:
            has_responded = day is not None and day_start(day) + DAY <= at
            changed = salesforce_time(day_start(day) + DAY if has_responded and day is not None else created)
            is_lead = record_id.startswith("00Q")
            yield "campaign_members", (
                ident, "false", campaign, record_id if is_lead else "", "" if is_lead else record_id,
                "Responded" if has_responded else "Sent", _flag(has_responded), _date(day) if has_responded else "",
                salesforce_time(created), changed, changed,
            )  # fmt: skip


def _ma_row(person: Person, record: MaRecord, at: int) -> Row:
    company = person.company
    lifecycle = [(since, value) for since, ma_id, value in person.lifecycle if ma_id == record.id and since <= at]
    scores = [(since, points) for since, ma_id, points in person.scores if ma_id == record.id and since <= at]
    is_first = record is person.ma[0]
    score = str(scores[-1][1]) if scores else str(person.score) if is_first and not person.scores else ""
    links = [link for link in (record.lead_link, record.contact_link) if link is not None and link[0] <= at]
    is_deleted = record.deleted_at is not None and record.deleted_at <= at
    losers = [ident for _, ident in _merged_into(person, record, at)]
    lead_link, contact_link = record.lead_link, record.contact_link
    last_changed = hubspot_time(ma_changed_at(person, record, at))
    row = (
        record.id, record.email, person.first_name, record.last_name, record.company_name, person.phone, person.title,
        person.department, company.industry, str(company.employees), company.region, score,
        lifecycle[-1][1] if lifecycle else "", "", record.source, record.source_detail, "",
        _flag(record.is_opted_out), lead_link[1] if lead_link and lead_link[0] <= at else "",
        contact_link[1] if contact_link and contact_link[0] <= at else "", ";".join(losers),
        hubspot_time(record.created), last_changed, person.purpose, _flag(is_deleted), "", "", last_changed if links else "",
        "", "", "", "", "", "",
    )  # fmt: skip
    return _said("contacts", row, record.says)


def _merged_into(person: Person, record: MaRecord, at: int) -> list[tuple[int, str]]:
    """(when, record) of each merge that led into a record by an instant."""
    merged = [(other.merged_at or 0, other.id) for other in person.ma if other.merged_into]
    return [(when, ident) for when, ident in merged if when <= at and winner_at(person, ident, at) == record.id]


def ma_changed_at(person: Person, record: MaRecord, at: int) -> int:
    """When the MA last changed a record, as known at an instant."""
    changed = [record.created, *(when for when, _ in _merged_into(person, record, at))]
    changed += [since for since, ma_id, _, _ in person.responses if ma_id == record.id and since <= at]
    changed += [since for since, ma_id, _ in person.lifecycle if ma_id == record.id and since <= at]
    changed += [since for since, ma_id, _ in person.scores if ma_id == record.id and since <= at]
    others = [record.deleted_at, *(link[0] for link in (record.lead_link, record.contact_link) if link is not None)]
    return max(since for since in (*changed, *others) if since is not None and since <= at)


def lead_changed_at(lead: CrmLead, at: int) -> int:
    """When the CRM last changed a lead, as known at an instant."""
    changes = [since for since, _ in (*lead.statuses, *lead.owner_changes)]
    return max(since for since in (*changes, lead.converted_at, lead.deleted_at) if since is not None and since <= at)


def winner_at(person: Person, ma_id: str, at: int) -> str:
    """The MA record that a record's merges had led to at an instant."""
    records = {record.id: record for record in person.ma}
    record = records[ma_id]
    while record.merged_into and record.merged_at is not None and record.merged_at <= at:
        record = records[record.merged_into]
    return record.id


def _lead_row(person: Person, lead: CrmLead, at: int) -> Row:
    company = person.company
    status = _latest(lead.statuses, at)
    is_converted = lead.converted_at is not None and lead.converted_at <= at
    is_deleted = lead.deleted_at is not None and lead.deleted_at <= at
    changed = salesforce_time(lead_changed_at(lead, at))
    is_opted_out = bool(person.ma) and person.ma[0].is_opted_out
    owner = next((before for since, before in lead.owner_changes if since > at), lead.owner)
    is_or_was_rejected = any(since <= at and before == REJECTED for since, before in lead.statuses)
    row = (
        lead.id, _flag(is_deleted), lead.master_id if is_deleted else "", person.last_name, person.first_name,
        lead.company_name, lead.email, person.phone, person.title, person.department, company.industry,
        str(company.employees), company.region, "" if person.is_free_mail else f"https://www.{company.domain}/", status,
        lead.source, "Hot" if person.score >= 60 else "Warm", owner, _flag(is_converted),
        _date(day_of(lead.converted_at)) if is_converted and lead.converted_at is not None else "",
        lead.account_id if is_converted else "", lead.contact_id if is_converted else "",
        lead.opportunity_id if is_converted else "", lead.ma_id, lead.reject_reason if is_or_was_rejected else "",
        salesforce_time(lead.created), changed, changed, _flag(is_opted_out), "",
    )  # fmt: skip
    return _said("leads", row, lead.says)


def _contact_row(person: Person, contact: CrmContact, at: int) -> Row:
    is_deleted = contact.deleted_at is not None and contact.deleted_at <= at
    changed = salesforce_time(contact.deleted_at if is_deleted else contact.created)
    is_opted_out = bool(person.ma) and person.ma[0].is_opted_out
    row = (
        contact.id, _flag(is_deleted), contact.master_id if is_deleted else "", contact.account_id, person.last_name,
        person.first_name, contact.email, person.phone, person.title, person.department, contact.source, contact.owner,
        contact.ma_id, salesforce_time(contact.created), changed, changed, _flag(is_opted_out),
    )  # fmt: skip
    return _said("crm_contacts", row, contact.says)


def opportunity_row(opportunity: Opportunity, at: int) -> Row:
    """One opportunity as the CRM shows it at an instant."""
    since, stage = next(entry for entry in reversed(opportunity.stages) if entry[0] <= at)
    changed_at, amount = next(entry for entry in reversed(opportunity.amounts) if entry[0] <= at)
    is_closed = stage in ("Closed Won", "Closed Lost")
    is_deleted = opportunity.deleted_at is not None and opportunity.deleted_at <= at
    is_accepted = opportunity.accepted_at is not None and opportunity.accepted_at <= at
    probability, forecast = _PROBABILITY[stage]
    is_lost = stage == "Closed Lost"
    planned_at = max(moment for moment, _ in opportunity.close_days if moment <= at)
    changed = salesforce_time(opportunity.deleted_at if is_deleted else max(since, changed_at, planned_at))
    handover = ("全社で利用", "情報システム部長", "3か月で稼働") if stage == "Closed Won" else ("", "", "")
    is_merged = bool(opportunity.merged_into) and is_deleted
    row = (
        opportunity.id, _flag(is_deleted and not is_merged), opportunity.account_id, opportunity.name, stage, str(amount), opportunity.currency,
        probability, _close_date(opportunity, since, stage, at), opportunity.kind, opportunity.source, opportunity.owner,
        _flag(is_closed), _flag(stage == "Closed Won"), forecast, *(opportunity.bant if is_accepted else ("",) * 4),
        salesforce_time(opportunity.accepted_at) if is_accepted else "", opportunity.loss_reason if is_lost else "",
        opportunity.competitor if is_lost else "", salesforce_time(opportunity.created), changed, changed, "",
        opportunity.merged_into if is_merged else "", "", "",
        *handover,
    )  # fmt: skip
    return _said("opportunities", row, opportunity.says)


def _close_date(opportunity: Opportunity, since: int, stage: str, at: int) -> str:
    # Salesforce writes the day of closing in UTC: before 09:00 in Japan it is the day before.
    if stage.startswith("Closed"):
        return _utc_date(since)
    return _date(next(day for moment, day in reversed(opportunity.close_days) if moment <= at))


# -- event rows of a person -----------------------------------------------------------------------------------------


def person_events(person: Person) -> Iterator[tuple[str, int, Row]]:
    """(table, instant, row) of every event row of a person."""
    for at, ma_id, value in person.lifecycle:
        source = "CRM_UI" if value == "lead" else "AUTOMATION_PLATFORM"
        yield "contact_property_history", at, (ma_id, "lifecyclestage", value, hubspot_time(at), source)
    for at, ma_id, points in person.scores:
        yield "contact_property_history", at, (ma_id, "hubspotscore", str(points), hubspot_time(at), "CALCULATED")
    for at, ma_id, ident, campaign in person.responses:
        form = campaign % len(_PAGES)
        yield "form_submissions", at, (
            ident, ma_id, f"form-{form}", _PAGES[form], f"https://www.tasuki-sample.co.jp/form/{form}",
            str(5000 + campaign) if campaign % 5 < 3 and campaign < 20 else "", hubspot_time(at),
        )  # fmt: skip
    for record in person.ma:
        if record.merged_into and record.merged_at is not None:
            yield "contact_merges", record.merged_at, (
                winner_at(person, record.merged_into, record.merged_at), record.id, hubspot_time(record.merged_at),
            )  # fmt: skip
    for lead in person.leads:
        yield from _lead_history(lead)
    for opportunity in person.opportunities:
        if opportunity.person is person:
            yield from opportunity_history(opportunity)
    for activity in person.activities:
        when = salesforce_time(activity.at)
        what = activity.opportunity_id
        if activity.kind == "Meeting":
            row: Row = (
                activity.id, "false", activity.who_id, what, "打ち合わせ", when, salesforce_time(activity.at + 3600),
                activity.owner, activity.outcome, activity.direction, salesforce_time(activity.booked_at), when, "",
            )  # fmt: skip
            yield "events", activity.at, _said("events", row, activity.says)
            continue
        subject = "電話" if activity.kind == "Call" else "メール"
        row = (
            activity.id, "false", activity.who_id, what, subject, activity.kind, "Completed", when,
            _date(day_of(activity.at)), activity.owner, activity.outcome, activity.direction,
            _flag(activity.is_automated), when, when,
        )  # fmt: skip
        yield "tasks", activity.at, _said("tasks", row, activity.says)
        if activity.id[-4] == "7":  # a planned next step, not done: it is no attempt
            yield "tasks", activity.at, (
                activity.id[:-3] + "PLN", "false", activity.who_id, what, "次回フォロー", "Call", "Not Started", "",
                _date(day_of(activity.at) + 7), activity.owner, "", "", "false", when, when,
            )  # fmt: skip


def _lead_history(lead: CrmLead) -> Iterator[tuple[str, int, Row]]:
    changes = [
        (at, "Status", before, after)
        for (_, before), (at, after) in zip(lead.statuses, lead.statuses[1:], strict=False)
    ]
    if lead.converted_at is not None:
        changes.append((lead.converted_at, "leadConverted", "", ""))
    changes += [(at, "Owner", before, lead.owner) for at, before in lead.owner_changes]
    for number, (at, field_name, before, after) in enumerate(sorted(changes)):
        ident = f"017{lead.id[3:15]}{number:03d}"
        owner = lead.owner if after != NURTURING else lead.owner_changes[0][1] if lead.owner_changes else lead.owner
        yield "lead_history", at, (ident, lead.id, field_name, before, after, owner, salesforce_time(at))


def opportunity_history(opportunity: Opportunity) -> Iterator[tuple[str, int, Row]]:
    """One saved state per change of stage, amount or close date."""
    saved = sorted({at for at, _ in (*opportunity.stages, *opportunity.amounts, *opportunity.close_days)})
    for number, at in enumerate(saved):
        since, stage = next(entry for entry in reversed(opportunity.stages) if entry[0] <= at)
        amount = next(value for moment, value in reversed(opportunity.amounts) if moment <= at)
        probability, forecast = _PROBABILITY[stage]
        yield "opportunity_history", at, (
            f"008{opportunity.id[3:15]}{number:03d}", opportunity.id, stage, str(amount),
            _close_date(opportunity, since, stage, at), probability, forecast, opportunity.owner, salesforce_time(at),
        )  # fmt: skip


# -- what is no person's --------------------------------------------------------------------------------------------


def company_state(world: World, at: int) -> Iterator[tuple[str, Row]]:
    """Campaigns, users, accounts, opportunities without person and contracts as they are at an instant."""
    began = salesforce_time(world.start)
    for campaign in world.campaigns:
        if day_start(campaign.start) > at:
            continue
        start, end = _date(campaign.start), _date(campaign.end)
        if campaign.system == "hubspot":
            yield "hubspot_campaigns", (
                campaign.id, campaign.name, campaign.channel, campaign.programme_type, campaign.objective, start, end,
                str(campaign.cost), "JPY",
            )  # fmt: skip
        else:
            yield "crm_campaigns", (
                campaign.id, "false", campaign.name, campaign.programme_type, "Completed", start, end,
                str(campaign.cost), "JPY", began, began, began,
            )  # fmt: skip
    for team, users in (("インサイドセールス", world.is_users), ("フィールドセールス", world.fs_users)):
        for number, ident in enumerate(users, start=1):
            yield "users", (ident, f"user{ident[-6:-3]}@tasuki-sample.co.jp", f"{team}{number}", "true", team)
    yield "users", (world.gone_user, "user099@tasuki-sample.co.jp", "退職者", "false", "インサイドセールス")
    for company in world.companies:
        if company.account_since is not None and company.account_since <= at:
            yield "accounts", _account_row(company, account_id(company), company.name, company.account_since, world)
        if company.duplicate_since is not None and company.duplicate_since <= at:
            name = company.stem
            yield "accounts", _account_row(company, duplicate_account_id(company), name, company.duplicate_since, world)
    for ident, listed in _account_ids(world, at):
        if listed:
            yield "record_key", ("crm_account", ident, hubspot_time(at))
    for opportunity in world.personless:
        if opportunity.created <= at:
            yield "opportunities", opportunity_row(opportunity, at)
    for contract in world.contracts:
        if contract.accepted_at <= at:
            yield from _contract_rows(contract, at)
    for extra in world.extras:
        if extra.at <= at:
            blank = ("",) * len(TABLES[extra.table].columns)
            yield extra.table, _said(extra.table, blank, extra.values)


def _account_ids(world: World, at: int) -> Iterator[tuple[str, bool]]:
    """The accounts that exist at an instant, and whether the CRM's own list of all accounts names them."""
    for company in world.companies:
        if company.account_since is not None and company.account_since <= at:
            yield account_id(company), company.number not in world.unlisted
        if company.duplicate_since is not None and company.duplicate_since <= at:
            yield duplicate_account_id(company), True


def _account_row(company: Company, ident: str, name: str, since: int, world: World) -> Row:
    created = salesforce_time(since)
    return (
        ident, "false", "", name, f"https://www.{company.domain}", company.industry, str(company.employees),
        company.region, "Prospect", "", world.fs_users[company.number % len(world.fs_users)], company.corporate_number,
        created, created, created,
    )  # fmt: skip


def _contract_rows(contract: Contract, at: int) -> Iterator[tuple[str, Row]]:
    end = next(last for known, last in reversed(contract.ends) if known <= at)
    is_churn_known = contract.churn_known_at is not None and contract.churn_known_at <= at
    churned = contract.churned if is_churn_known else None
    status = (
        "解約" if churned is not None and churned <= day_of(at) else "解約予定" if churned is not None else "利用中"
    )
    is_live = contract.live_at is not None and contract.live_at <= at
    row = (
        contract.id, contract.account_id, contract.opportunity_id, contract.customer_name, contract.company.corporate_number,
        _slashed_time(contract.accepted_at), _slashed_time(contract.live_at if is_live else None), _slashed(contract.start),
        _slashed(end), _slashed(churned), f"{contract.mrr:,}", status, contract.origin, _slashed_time(contract.accepted_at),
    )  # fmt: skip
    yield "cs_contract", _said("cs_contract", row, contract.says)
    for ident, kind, day, mrr in contract.changes:
        if day_start(day - 20) <= at:
            yield "cs_contract_change", (ident, contract.id, kind, _slashed(day), f"{mrr:,}")
    for opportunity_id in contract.further_opportunity_ids:
        yield "cs_contract_opportunity", (contract.id, opportunity_id)
    for ident, answered, score, nps in contract.scores:
        if answered <= at:
            answer = "" if nps is None else str(nps)
            yield "cs_csat", (ident, contract.id, contract.account_id, str(score), answer, _slashed_time(answered))
