-- Landed batches of the simulated company (HubSpot, Salesforce, customer success) -> typed tables, newest row per key.
-- Only the formats and columns that this company's exports have are read.

create temp macro landed(feed) as table
    from read_parquet(getvariable('landing') || '/' || feed || '/*.parquet', union_by_name = true);
create temp macro newest(feed) as table
    from landed(feed)
    qualify row_number() over (partition by id order by _extracted_at desc, _batch_id desc, _row_number desc) = 1;

create temp table contacts as
with snapshots as (
    select extracted_at, min(case when is_complete then extracted_at end)
        over (order by extracted_at rows between 1 following and unbounded following) as missing_since
    from (
        select extracted_at, bool_and(is_complete) as is_complete
        from read_parquet(getvariable('landing') || '/_batches.parquet')
        where system = 'hubspot' and table_name = 'contacts'
        group by 1
    )
)
select
    'hubspot' as source_system, id as ma_id, email, lastname as last_name, firstname as first_name, cast(null as varchar) as full_name,
    company as company_name, corporate_number, phone, department, jobtitle as job_title, industry, cast(numemployees as bigint) as employees,
    state as region, purpose, cast(hubspotscore as decimal(18, 6)) as score, hs_analytics_source as original_source,
    cast(hs_email_optout as boolean) as is_opted_out, salesforceleadid as crm_lead_id, salesforcecontactid as crm_contact_id,
    utc(createdate) as created_at, utc(lastmodifieddate) as updated_at, cast(null as date) as created_on, hs_merged_object_ids as merged_ids,
    coalesce(cast(archived as boolean), false) or missing_since is not null as is_deleted,
    case when cast(archived as boolean) then coalesce(utc(archived_at), utc(lastmodifieddate), _extracted_at) else missing_since end as deleted_at
from newest('hubspot/contacts')
left join snapshots on _extracted_at = snapshots.extracted_at;

create temp view ma_person as select * exclude (merged_ids) from contacts;

create temp table ma_merge as
select 'hubspot' as source_system, winner_id, loser_id, min(merged_at) as merged_at
from (
    select canonical_vid as winner_id, vid_to_merge as loser_id, utc(timestamp) as merged_at from landed('hubspot/contact_merges')
    union all
    select ma_id, split_part(trim(entry), ':', 1), null
    from (select ma_id, unnest(string_split(merged_ids, ';')) as entry from contacts where merged_ids is not null)
)
where loser_id <> '' and loser_id <> winner_id
group by all;

create temp table ma_stage_history as
select distinct
    'hubspot' as source_system, md5(concat_ws('|', contact_id, name, timestamp, coalesce(value, ''))) as history_id, contact_id as ma_id,
    case name when 'lifecyclestage' then 'lifecycle_stage' when 'hubspotscore' then 'score' end as property,
    case name when 'lifecyclestage' then replace(lower(value), ' ', '') else value end as new_value,
    utc(timestamp) as changed_at
from landed('hubspot/contact_property_history')
where name in ('lifecyclestage', 'hubspotscore');

create temp table ma_campaign as
select
    'hubspot' as source_system, id as campaign_id, name, channel, type as programme_type, objective,
    cast(cost as decimal(18, 2)) as cost, currency, cast(start_date as date) as started_on, cast(end_date as date) as ended_on
from newest('hubspot/campaigns')
union all
select
    'salesforce', id, name, coalesce(channel, channel_c), type, coalesce(objective, objective_c),
    cast(actual_cost as decimal(18, 2)), currency_iso_code, cast(start_date as date), cast(end_date as date)
from newest('salesforce/campaigns');

-- of the mail events only those that are responses: no mart reads the others
create temp table ma_responses as
select 'hubspot' as source_system, conversion_id as activity_id, contact_id as ma_id, 'form_submission' as activity_type, campaign_id, title as asset_name,
    utc(timestamp) as occurred_at
from landed('hubspot/form_submissions')
qualify row_number() over (partition by conversion_id order by _extracted_at desc, _batch_id desc, _row_number desc) = 1
union all
select 'hubspot', id, coalesce(events.contact_id, addresses.ma_id), lower(events.type), email_campaign_id, subject, make_timestamp(cast(created as bigint) * 1000)
from (
    from landed('hubspot/email_events')
    where lower(type) in (select source_value from activity_types where source_system = 'hubspot' and is_response)
    qualify row_number() over (partition by id order by _extracted_at desc, _batch_id desc, _row_number desc) = 1
) as events
left join (
    select lower(email) as address, ma_id from contacts
    qualify row_number() over (partition by lower(email) order by is_deleted, length(ma_id), ma_id) = 1
) as addresses on case when events.contact_id is null then lower(events.recipient) end = addresses.address;

create temp table ma_campaign_member as
select
    'salesforce' as source_system, id as member_id, campaign_id, cast(null as varchar) as ma_id, lead_id as crm_lead_id, contact_id as crm_contact_id,
    cast(has_responded as boolean) as has_responded, business_day_start(try_cast(first_responded_date as date)) as responded_at,
    cast(is_deleted as boolean) as is_deleted
from newest('salesforce/campaign_members');

create temp table crm_lead_history as
select
    'salesforce' as source_system, id as history_id, lead_id as crm_lead_id,
    case lower(field) when 'owner' then 'owner_id' when 'leadconverted' then 'converted' else lower(field) end as field,
    old_value, new_value, utc(created_date) as changed_at, created_by_id as changed_by
from newest('salesforce/lead_history');

create temp table crm_lead as
select
    'salesforce' as source_system, id as crm_lead_id, hub_spot_contact_id_c as ma_id, email, last_name, first_name, cast(null as varchar) as full_name,
    company as company_name, corporate_number_c as corporate_number, website, phone, department_c as department, title as job_title, industry,
    cast(number_of_employees as bigint) as employees, state as region, status, lead_source, owner_id, campaign_id, reject_reason_c as reject_reason,
    cast(is_converted as boolean) as is_converted, cast(converted_date as date) as converted_on,
    case when cast(is_converted as boolean) then converted_at end as converted_at,
    converted_account_id, converted_contact_id, converted_opportunity_id, master_record_id,
    utc(assigned_at_c) as assigned_at, utc(accepted_at_c) as accepted_at, utc(created_date) as created_at, utc(last_modified_date) as updated_at,
    cast(is_deleted as boolean) as is_deleted,
    case when cast(is_deleted as boolean) then utc(last_modified_date) end as deleted_at
from newest('salesforce/leads') as leads
left join (
    select crm_lead_id, max(changed_at) as converted_at from crm_lead_history where field = 'converted' group by 1
) as conversions on leads.id = conversions.crm_lead_id;

create temp table crm_contact as
select
    'salesforce' as source_system, id as crm_contact_id, account_id as crm_account_id, hub_spot_contact_id_c as ma_id, email, last_name, first_name,
    cast(null as varchar) as full_name, phone, department, title as job_title, lead_source, owner_id, master_record_id,
    utc(created_date) as created_at, utc(last_modified_date) as updated_at, cast(is_deleted as boolean) as is_deleted,
    case when cast(is_deleted as boolean) then utc(last_modified_date) end as deleted_at
from newest('salesforce/contacts');

create temp table crm_account as
select
    'salesforce' as source_system, id as crm_account_id, name, corporate_number_c as corporate_number, website, industry,
    cast(number_of_employees as bigint) as employees, billing_state as region, type as account_type, owner_id, master_record_id,
    utc(created_date) as created_at, utc(last_modified_date) as updated_at, cast(is_deleted as boolean) as is_deleted,
    case when cast(is_deleted as boolean) then utc(last_modified_date) end as deleted_at
from newest('salesforce/accounts');

create temp table crm_opportunity as
select
    'salesforce' as source_system, id as crm_opportunity_id, account_id as crm_account_id, name, stage_name as stage,
    cast(amount as decimal(18, 2)) as amount, currency_iso_code as currency, cast(close_date as date) as close_on, utc(closed_at_c) as closed_at,
    type as opportunity_type, lead_source, campaign_id, owner_id, loss_reason_c as loss_reason, competitor_c as competitor,
    bant_budget_c as budget, bant_authority_c as authority, bant_need_c as need, bant_timeline_c as timeline,
    utc(fs_accepted_at_c) as fs_accepted_at, merged_into_id_c as merged_into_id, utc(created_date) as created_at, utc(last_modified_date) as updated_at,
    cast(is_closed as boolean) as is_closed, cast(is_won as boolean) as is_won, cast(is_deleted as boolean) as is_deleted,
    case when cast(is_deleted as boolean) then utc(last_modified_date) end as deleted_at
from newest('salesforce/opportunities');

create temp table crm_opportunity_history as
select
    'salesforce' as source_system, id as history_id, opportunity_id as crm_opportunity_id, stage_name as stage, cast(amount as decimal(18, 2)) as amount,
    cast(close_date as date) as close_on, utc(created_date) as changed_at
from newest('salesforce/opportunity_history');

create temp table crm_contact_role as
select
    'salesforce' as source_system, id as role_id, opportunity_id as crm_opportunity_id, contact_id as crm_contact_id, role,
    cast(is_primary as boolean) as is_primary, utc(created_date) as created_at, cast(is_deleted as boolean) as is_deleted
from newest('salesforce/opportunity_contact_roles');

create temp table crm_activity as
select
    'salesforce' as source_system, id as activity_id,
    case when who_id like '00Q%' then who_id end as crm_lead_id,
    case when who_id like '003%' then who_id end as crm_contact_id,
    case when what_id like '006%' then what_id end as crm_opportunity_id,
    lower(task_subtype) as activity_type, lower(direction_c) as direction, outcome_c as outcome,
    coalesce(utc(completed_date_time), utc(created_date)) as occurred_at,
    cast(is_automated_c as boolean) or lower(task_subtype) = 'listemail' as is_automated, cast(is_deleted as boolean) as is_deleted
from newest('salesforce/tasks')
where status = 'Completed'
union all
select
    'salesforce', id, case when who_id like '00Q%' then who_id end, case when who_id like '003%' then who_id end,
    case when what_id like '006%' then what_id end, 'meeting', lower(direction_c), outcome_c, utc(start_date_time), false, cast(is_deleted as boolean)
from newest('salesforce/events');

create temp table cs_contract as
select
    'generic' as source_system, contract_id, crm_account_id, crm_opportunity_id, customer_name, corporate_number, origin,
    office_time(accepted_at) as accepted_at, cast(null as timestamp) as live_at, office_date(start_on) as start_on, office_date(end_on) as end_on,
    office_date(churned_on) as churned_on, cast(replace(mrr, ',', '') as decimal(18, 2)) as mrr, currency, status,
    cast(null as timestamp) as created_at, false as is_deleted, cast(null as timestamp) as deleted_at
from landed('generic/cs_contract')
qualify row_number() over (partition by contract_id order by _extracted_at desc, _batch_id desc, _row_number desc) = 1;

create temp table cs_contract_change as
select
    'generic' as source_system, change_id, contract_id, change_type, office_date(effective_on) as effective_on,
    cast(replace(mrr, ',', '') as decimal(18, 2)) as mrr
from landed('generic/cs_contract_change')
qualify row_number() over (partition by change_id order by _extracted_at desc, _batch_id desc, _row_number desc) = 1;

create temp table cs_contract_opportunity as
select distinct 'generic' as source_system, contract_id, crm_opportunity_id from landed('generic/cs_contract_opportunity');
