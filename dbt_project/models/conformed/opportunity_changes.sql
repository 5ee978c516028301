-- The stages of an opportunity in order, one row where the stage is another one than before; a stage that maps to nothing
-- counts as what the record says of it, else as open.
with opportunities as (
    select * from {{ ref('crm_opportunity') }}
),

history as (
    select * from {{ ref('crm_opportunity_history') }} where stage is not null
),

mapping as (
    select * from {{ ref('opportunity_stages') }}
),

coded as (
    select
        history.source_system,
        history.crm_opportunity_id,
        history.history_id,
        history.changed_at,
        history.stage,
        {{ opportunity_stage_code('mapping', 'opportunities', 'lower(history.stage) = lower(opportunities.stage)') }} as stage_code,
        coalesce(mapping.is_valid, false) as is_valid
    from history
    inner join opportunities
        on history.source_system = opportunities.source_system
        and history.crm_opportunity_id = opportunities.crm_opportunity_id
    left join mapping
        on history.source_system = mapping.source_system and lower(history.stage) = mapping.source_value
),

ordered as (
    select
        *,
        row_number() over (partition by source_system, crm_opportunity_id order by changed_at nulls last, history_id nulls last) as change_no,
        lag(stage) over (partition by source_system, crm_opportunity_id order by changed_at nulls last, history_id nulls last) as previous_stage,
        lag(stage_code) over (partition by source_system, crm_opportunity_id order by changed_at nulls last, history_id nulls last) as previous_code
    from coded
),

final as (
    select
        source_system,
        crm_opportunity_id,
        history_id,
        change_no,
        changed_at,
        stage,
        stage_code,
        previous_code,
        is_valid
    from ordered
    where stage is distinct from previous_stage
)

select * from final
