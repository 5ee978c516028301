-- Converted leads whose contact does not exist, or not any more.
with contacts as (
    select source_system, crm_contact_id, master_record_id, is_deleted, coalesce(deleted_at, updated_at) as gone_at
    from {{ ref('crm_contact') }}
),

leads as (
    select leads.source_system, leads.crm_lead_id, leads.person_key, leads.converted_at, records.converted_contact_id
    from {{ ref('cycle_leads') }} as leads
    inner join {{ ref('crm_lead') }} as records
        on leads.source_system = records.source_system and leads.crm_lead_id = records.crm_lead_id
    -- only where the CRM delivers contacts at all
    inner join (select distinct source_system from contacts) as judged on leads.source_system = judged.source_system
    inner join {{ ref('countable_people') }} as countable
        on leads.person_key = countable.person_key and countable.is_countable
    where leads.converted_at is not null and leads.removed_as is null
),

checked as (
    select
        leads.*,
        case
            when coalesce(leads.converted_contact_id, '') = '' then 'no contact named'
            when contacts.crm_contact_id is null then 'contact not delivered'
            when contacts.gone_at > run_parameters.as_of then null
            when contacts.master_record_id <> '' then 'contact merged away'
            when contacts.is_deleted then 'contact deleted'
        end as fault
    from leads
    cross join {{ ref('run_parameters') }} as run_parameters
    left join contacts
        on leads.source_system = contacts.source_system and leads.converted_contact_id = contacts.crm_contact_id
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        crm_lead_id as crm_record_id,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        fault as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        converted_at as occurred_at
    from checked
    where fault is not null
)

select * from final
