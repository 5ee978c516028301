-- The statuses of a CRM lead in order, as stages: the one it was created with (state_no 0), then its history.
-- Values that map to no stage change nothing.
with leads as (
    select * from {{ ref('cycle_leads') }}
),

history as (
    select * from {{ ref('crm_lead_history') }} where field = 'status'
),

first_changes as (
    select source_system, crm_lead_id, old_value
    from history
    qualify row_number() over (partition by source_system, crm_lead_id order by changed_at nulls last, history_id nulls last) = 1
),

created_with as (
    select
        leads.source_system,
        leads.crm_lead_id,
        case when first_changes.crm_lead_id is null then leads.status else first_changes.old_value end as status,
        leads.created_at,
        leads.updated_at,
        first_changes.crm_lead_id is not null as has_history
    from leads
    left join first_changes
        on leads.source_system = first_changes.source_system and leads.crm_lead_id = first_changes.crm_lead_id
),

mapping as (
    select * from {{ ref('lead_stage_mapping') }} where object = 'lead' and field = 'status'
),

statuses as (
    select
        source_system, crm_lead_id, status, created_at as changed_at, updated_at,
        crm_lead_id as source_event_id, 0 as state_no, has_history
    from created_with
    union all
    select
        source_system, crm_lead_id, new_value as status, changed_at, changed_at as updated_at,
        history_id as source_event_id, 1 as state_no, true as has_history
    from history
),

mapped as (
    select
        statuses.*,
        mapping.stage,
        mapping.stage in ('received', 'accepted') as is_in_hands
    from statuses
    inner join mapping
        on statuses.source_system = mapping.source_system
        and lower(statuses.status) = mapping.source_value
        and {{ in_force('mapping', business_date('coalesce(statuses.changed_at, statuses.updated_at)')) }}
),

final as (
    select
        source_system,
        crm_lead_id,
        source_event_id,
        status as source_value,
        stage,
        is_in_hands,
        state_no,
        has_history,
        -- without history, an exit status was reached at the last change
        case when state_no = 0 and not has_history and not is_in_hands then updated_at else changed_at end as changed_at
    from mapped
)

select * from final
