{# The close date that each opportunity had, day by day, as it was known then: a level per date. Before the history names one it is the first
   that the history names; without any it is the record's. #}
with opportunities as (
    select opportunity_id, source_system, crm_opportunity_id, close_on from {{ ref('con_opportunities') }}
),

history as (
    select
        opportunities.opportunity_id,
        history.history_id,
        history.changed_at,
        {{ business_date('history.changed_at') }} as changed_on,
        history.close_on
    from {{ ref('crm_opportunity_history') }} as history
    join {{ ref('run_parameters') }} as run_parameters on history.changed_at <= run_parameters.as_of
    join opportunities
        on history.source_system = opportunities.source_system
            and history.crm_opportunity_id = opportunities.crm_opportunity_id
    where history.close_on is not null
),

-- the last of each day
changes as (
    select opportunity_id, changed_on, close_on
    from history
    qualify row_number() over (partition by opportunity_id, changed_on order by changed_at desc, history_id desc) = 1
),

levels as (
    select
        opportunity_id,
        lag(changed_on) over (partition by opportunity_id order by changed_on nulls last) as previous_on,
        changed_on,
        close_on
    from changes
),

final as (
    select
        opportunity_id,
        case when previous_on is not null then changed_on end as from_on,
        lead(changed_on) over (partition by opportunity_id order by changed_on nulls last) as to_on,
        close_on
    from levels
    union all
    select opportunities.opportunity_id, cast(null as date) as from_on, cast(null as date) as to_on, opportunities.close_on
    from opportunities
    left join levels on opportunities.opportunity_id = levels.opportunity_id
    where levels.opportunity_id is null and opportunities.close_on is not null
)

select * from final
