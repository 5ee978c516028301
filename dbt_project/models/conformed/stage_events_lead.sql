-- What happened to a CRM lead: into inside sales's hands (is_entry), accepted, out of them again, converted, gone.
{{ config(materialized='view') }}

with leads as (
    select * from {{ ref('cycle_leads') }}
),

statuses as (
    select
        *,
        lag(stage) over (partition by source_system, crm_lead_id order by state_no, changed_at nulls last, source_event_id nulls last) as previous_stage
    from {{ ref('stage_events_lead_statuses') }}
),

transitions as (
    select
        statuses.*,
        case
            when statuses.state_no = 0 and statuses.is_in_hands then coalesce(leads.assigned_at, statuses.changed_at)
            else statuses.changed_at
        end as occurred_at,
        statuses.is_in_hands
            and coalesce(statuses.previous_stage not in ('received', 'accepted'), true) as is_entry,
        statuses.stage = 'accepted' and not statuses.has_history and leads.accepted_at is not null as is_told_by_field
    from statuses
    inner join leads on statuses.source_system = leads.source_system and statuses.crm_lead_id = leads.crm_lead_id
    where statuses.stage is distinct from statuses.previous_stage and statuses.changed_at < leads.ended_at
),

told_by_status as (
    select source_system, crm_lead_id
    from statuses
    where is_in_hands or state_no > 0
    group by source_system, crm_lead_id
),

events as (
    select source_system, crm_lead_id, source_event_id, stage, occurred_at, source_value,
        is_entry and stage = 'received' as is_entry, false as is_inferred
    from transitions
    where not is_told_by_field
    union all
    -- came with a status that says accepted
    select source_system, crm_lead_id, source_event_id, 'received' as stage, occurred_at, source_value,
        true as is_entry, true as is_inferred
    from transitions
    where is_entry and stage <> 'received'
    union all
    -- without history, what was assigned, accepted, converted or since its creation sent out had come into inside sales's hands, whatever its status says
    select leads.source_system, leads.crm_lead_id, leads.crm_lead_id || '|received' as source_event_id, 'received' as stage,
        coalesce(leads.assigned_at, leads.created_at) as occurred_at, leads.status as source_value, true as is_entry, true as is_inferred
    from leads
    left join told_by_status
        on leads.source_system = told_by_status.source_system and leads.crm_lead_id = told_by_status.crm_lead_id
    left join statuses as exits
        on leads.source_system = exits.source_system and leads.crm_lead_id = exits.crm_lead_id and exits.state_no = 0
    where told_by_status.crm_lead_id is null
        and (coalesce(leads.assigned_at, leads.accepted_at, leads.converted_at) is not null or exits.changed_at > leads.created_at)
        and coalesce(leads.assigned_at, leads.created_at) < leads.ended_at
    union all
    select source_system, crm_lead_id, crm_lead_id || '|accepted_at' as source_event_id, 'accepted' as stage, accepted_at as occurred_at,
        'accepted_at' as source_value, false as is_entry, false as is_inferred
    from leads
    where accepted_at is not null
    union all
    select source_system, crm_lead_id, crm_lead_id as source_event_id, 'converted' as stage, converted_at as occurred_at,
        converted_opportunity_id as source_value, false as is_entry, false as is_inferred
    from leads
    where converted_at is not null
    union all
    select source_system, crm_lead_id, crm_lead_id as source_event_id, removed_as as stage, removed_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as source_value, false as is_entry, false as is_inferred
    from leads
    where removed_as is not null
),

final as (
    select
        events.source_system,
        'crm_lead' as source_record_type,
        events.crm_lead_id as source_record_id,
        events.source_event_id,
        leads.person_key,
        leads.campaign_id,
        events.stage,
        events.occurred_at,
        events.source_value,
        events.is_entry,
        events.is_inferred
    from events
    inner join leads on events.source_system = leads.source_system and events.crm_lead_id = leads.crm_lead_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where events.occurred_at <= run_parameters.as_of
)

select * from final
