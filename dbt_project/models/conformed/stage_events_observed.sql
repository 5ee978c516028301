-- Every stage event that a system tells of, with the cycle it belongs to. The rules of `definitions` read this; con_stage_events adds
-- what they infer.
{{ config(materialized='view') }}

with primary_cycles as (
    select opportunity_id, lead_id, person_key from {{ ref('cycle_opportunities') }} where is_primary
),

person_events as (
    select
        'lead_cycle' as subject_type, lead_id as subject_id, lead_id, person_key,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, cast(null as {{ dbt.type_string() }}) as contract_id,
        stage, occurred_at, source_system, source_record_type, source_record_id, source_event_id, source_value,
        is_opener or source_record_type = 'ma_person' as is_entry, is_inferred
    from {{ ref('timeline') }}
    where kind = 'stage'
),

opportunity_events as (
    select
        'opportunity' as subject_type, events.opportunity_id as subject_id, primary_cycles.lead_id, primary_cycles.person_key,
        events.opportunity_id, cast(null as {{ dbt.type_string() }}) as contract_id, events.stage, events.occurred_at, events.source_system,
        events.source_record_type, events.source_record_id, events.source_event_id, events.source_value,
        events.is_creation as is_entry, false as is_inferred
    from {{ ref('stage_events_opportunity') }} as events
    left join primary_cycles on events.opportunity_id = primary_cycles.opportunity_id
),

contract_events as (
    select
        'contract' as subject_type, events.contract_id as subject_id, primary_cycles.lead_id, primary_cycles.person_key,
        events.opportunity_id, events.contract_id, events.stage, events.occurred_at, events.source_system,
        events.source_record_type, events.source_record_id, events.source_event_id, events.source_value,
        events.stage = 'onboarded' as is_entry, false as is_inferred
    from {{ ref('stage_events_contract') }} as events
    left join primary_cycles on events.opportunity_id = primary_cycles.opportunity_id
),

idle_events as (
    select
        'lead_cycle' as subject_type, lead_id as subject_id, lead_id, person_key,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, cast(null as {{ dbt.type_string() }}) as contract_id, 'idle' as stage, idle_at as occurred_at,
        opened_by_system as source_system, 'lead_cycle' as source_record_type, lead_id as source_record_id,
        lead_id as source_event_id, cast(null as {{ dbt.type_string() }}) as source_value, false as is_entry, true as is_inferred
    from {{ ref('lead_cycles') }}
    where idle_at is not null
),

final as (
    select * from person_events
    union all
    select * from opportunity_events
    union all
    select * from contract_events
    union all
    select * from idle_events
)

select * from final
