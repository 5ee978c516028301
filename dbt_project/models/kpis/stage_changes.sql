{# What happened to the stages of countable opportunities up to as_of, in order, with each stage's place in the sales process
   [opportunity_stages.csv]. A stage that maps to nothing has no place. #}
with opportunities as (
    select opportunity_id, source_system, crm_opportunity_id from {{ ref('con_opportunities') }} where is_countable
),

changes as (
    select changes.*, {{ business_date('changes.changed_at') }} as changed_on
    from {{ ref('opportunity_changes') }} as changes
    join {{ ref('run_parameters') }} as run_parameters on changes.changed_at <= run_parameters.as_of
),

stages as (
    select * from {{ ref('opportunity_stages') }}
),

placed as (
    select
        opportunities.opportunity_id,
        changes.source_system,
        changes.history_id,
        changes.change_no,
        changes.changed_at,
        changes.changed_on,
        stages.source_value as stage,
        stages.stage_order,
        not stages.is_closed as is_open,
        stages.is_won
    from changes
    join opportunities
        on changes.source_system = opportunities.source_system
            and changes.crm_opportunity_id = opportunities.crm_opportunity_id
    left join stages on changes.source_system = stages.source_system and lower(changes.stage) = stages.source_value
),

final as (
    select
        {{ string_hash(['source_system', 'history_id']) }} as stage_change_id,
        opportunity_id,
        change_no,
        changed_at,
        changed_on,
        stage,
        stage_order,
        coalesce(is_open, false) as is_open,
        coalesce(is_won, false) as is_won,
        lag(stage_order) over (partition by opportunity_id order by change_no nulls last) as previous_order
    from placed
)

select * from final
