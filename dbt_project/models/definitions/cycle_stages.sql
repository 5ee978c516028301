-- Where a cycle stands (its latest stage event) and the highest stage of the ladder it has reached. Of events in the same instant the
-- one with the higher order is the later; nothing that happened to an opportunity comes before its creation. That a CRM record went
-- (deleted, merged into another) is where a cycle stands only when no lead or opportunity of it remains; a converted lead has gone on.
with stages as (
    select stage, stage_order, kind, owner_process from {{ ref('lead_stages') }}
),

stage_events as (
    select lead_id, opportunity_id, stage, occurred_at, stage_event_id, source_record_type, source_system, source_record_id
    from {{ ref('con_stage_events') }}
),

-- an opportunity stands in a cycle of each of its people
events as (
    select lead_id, stage, occurred_at, stage_event_id, source_record_type, source_system, source_record_id
    from stage_events
    where opportunity_id is null and lead_id is not null
    union all
    select
        cycle_opportunities.lead_id, stage_events.stage, greatest(stage_events.occurred_at, facts.created_at) as occurred_at, stage_events.stage_event_id,
        stage_events.source_record_type, stage_events.source_system, stage_events.source_record_id
    from stage_events
    inner join {{ ref('cycle_opportunities') }} as cycle_opportunities
        on stage_events.opportunity_id = cycle_opportunities.opportunity_id
    inner join {{ ref('opportunity_facts') }} as facts on stage_events.opportunity_id = facts.opportunity_id
),

ordered as (
    select events.*, stages.stage_order, stages.kind, stages.owner_process
    from events
    inner join stages on events.stage = stages.stage
),

gone as (
    select distinct source_record_type, source_system, source_record_id
    from stage_events
    where source_record_type in ('crm_lead', 'crm_opportunity') and stage in ('converted', 'deleted', 'merged_away')
),

remaining as (
    select distinct ordered.lead_id
    from ordered
    left join gone
        on ordered.source_record_type = gone.source_record_type
        and ordered.source_system = gone.source_system
        and ordered.source_record_id = gone.source_record_id
    where ordered.source_record_type in ('crm_lead', 'crm_opportunity') and gone.source_record_id is null
),

latest as (
    select ordered.lead_id, ordered.stage, ordered.owner_process
    from ordered
    left join remaining on ordered.lead_id = remaining.lead_id
    where remaining.lead_id is null or ordered.stage not in ('deleted', 'merged_away') or ordered.source_record_type = 'cs_contract'
    qualify row_number() over (
        partition by ordered.lead_id order by ordered.occurred_at desc, ordered.stage_order desc, ordered.stage_event_id desc
    ) = 1
),

highest as (
    select lead_id, max_by(stage, stage_order) as stage
    from ordered
    where kind = 'ladder'
    group by lead_id
),

inquiry as (
    select stage, owner_process from stages where stage = 'inquiry'
),

final as (
    select
        cycles.lead_id,
        coalesce(latest.stage, inquiry.stage) as current_stage,
        coalesce(highest.stage, inquiry.stage) as max_stage,
        coalesce(latest.owner_process, inquiry.owner_process) as owner_process
    from {{ ref('lead_cycles') }} as cycles
    cross join inquiry
    left join latest on cycles.lead_id = latest.lead_id
    left join highest on cycles.lead_id = highest.lead_id
)

select * from final
