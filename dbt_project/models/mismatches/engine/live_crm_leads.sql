-- CRM leads that are there and still leads, of a countable person; with since when their stage and their owner stand.
with history as (
    select source_system, crm_lead_id, field, max(changed_at) as changed_at
    from {{ ref('crm_lead_history') }}
    where field in ('status', 'owner_id')
    group by source_system, crm_lead_id, field
),

mapping as (
    select * from {{ ref('lead_stage_mapping') }} where object = 'lead' and field = 'status'
),

final as (
    select
        leads.source_system,
        leads.crm_lead_id,
        persons.person_key,
        nullif(leads.ma_id, '') as ma_id,
        leads.status,
        mapping.stage,
        coalesce(stages.changed_at, leads.created_at) as stage_since,
        leads.owner_id,
        coalesce(owners.changed_at, leads.created_at) as owner_since,
        leads.reject_reason,
        leads.last_name, leads.company_name, leads.phone, leads.job_title, leads.department, leads.industry, leads.region,
        leads.created_at,
        leads.updated_at
    from {{ ref('crm_lead') }} as leads
    inner join {{ ref('live_person_records') }} as persons
        on leads.source_system = persons.source_system
        and persons.record_type = 'crm_lead'
        and leads.crm_lead_id = persons.record_id
        and persons.is_countable
        and not persons.is_converted
    cross join {{ ref('run_parameters') }} as run_parameters
    left join history as stages
        on stages.field = 'status'
        and leads.source_system = stages.source_system and leads.crm_lead_id = stages.crm_lead_id
    left join history as owners
        on owners.field = 'owner_id'
        and leads.source_system = owners.source_system and leads.crm_lead_id = owners.crm_lead_id
    left join mapping
        on leads.source_system = mapping.source_system
        and lower({{ trimmed('leads.status') }}) = mapping.source_value
        and {{ in_force('mapping', 'run_parameters.as_of_on') }}
)

select * from final
