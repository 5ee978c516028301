{# One row per stage event of a lead cycle, opportunity or contract. #}
with events as (
    select * from {{ ref('con_stage_events') }}
),

stages as (
    select stage, stage_order, owner_process from {{ ref('lead_stages') }}
),

final as (
    select
        events.stage_event_id,
        events.subject_type,
        events.subject_id,
        events.lead_id,
        events.person_key,
        events.opportunity_id,
        events.contract_id,
        events.stage,
        stages.stage_order,
        stages.owner_process,
        events.occurred_at,
        events.occurred_on,
        events.source_system,
        events.source_record_type,
        events.source_record_id,
        events.source_value,
        events.is_inferred
    from events
    left join stages on events.stage = stages.stage
)

select * from final
