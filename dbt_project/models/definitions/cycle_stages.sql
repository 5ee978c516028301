-- Where a cycle stands (its latest stage event) and the highest stage of the ladder it has reached. Of events in the same instant the
-- one with the higher order is the later; nothing that happened to an opportunity comes before its creation.
with stages as (
    select stage, stage_order, kind, owner_process from {{ ref('lead_stages') }}
),

stage_events as (
    select lead_id, opportunity_id, stage, occurred_at, stage_event_id from {{ ref('con_stage_events') }}
),

-- an opportunity stands in a cycle of each of its people
events as (
    select lead_id, stage, occurred_at, stage_event_id
    from stage_events
    where opportunity_id is null and lead_id is not null
    union all
    select
        cycle_opportunities.lead_id, stage_events.stage, greatest(stage_events.occurred_at, facts.created_at) as occurred_at, stage_events.stage_event_id
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

latest as (
    select lead_id, stage, owner_process
    from ordered
    qualify row_number() over (
        partition by lead_id order by occurred_at desc, stage_order desc, stage_event_id desc
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
