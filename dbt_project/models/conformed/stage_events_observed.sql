-- Every stage event that a system tells of, with the cycle it belongs to. The rules of `definitions` read this; con_stage_events adds
-- what they infer.
with cycles as (
    select
        lead_id, person_key, source_system, source_record_type, source_record_id, source_event_id, stage
    from {{ ref('timeline') }}
    where kind = 'stage'
),

primary_cycles as (
    select opportunity_id, lead_id, person_key from {{ ref('cycle_opportunities') }} where is_primary
),

ma_events as (
    select *, true as is_entry, false as is_inferred from {{ ref('stage_events_ma') }}
),

on_people as (
    select source_system, source_record_type, source_record_id, source_event_id, stage, occurred_at, source_value, is_entry, is_inferred
    from ma_events
    union all
    select source_system, source_record_type, source_record_id, source_event_id, stage, occurred_at, source_value, is_entry, is_inferred
    from {{ ref('stage_events_lead') }}
),

person_events as (
    select
        'lead_cycle' as subject_type, cycles.lead_id as subject_id, cycles.lead_id, cycles.person_key,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, cast(null as {{ dbt.type_string() }}) as contract_id,
        on_people.stage, on_people.occurred_at, on_people.source_system, on_people.source_record_type, on_people.source_record_id,
        on_people.source_event_id, on_people.source_value, on_people.is_entry, on_people.is_inferred
    from on_people
    inner join cycles
        on on_people.source_system = cycles.source_system
        and on_people.source_record_type = cycles.source_record_type
        and on_people.source_record_id = cycles.source_record_id
        and on_people.source_event_id = cycles.source_event_id
        and on_people.stage = cycles.stage
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
