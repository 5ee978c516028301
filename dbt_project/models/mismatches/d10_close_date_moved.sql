-- Closed opportunities whose close date was moved into another fiscal quarter after they were closed, and not to the day on which they were.
with states as (
    select
        history.source_system,
        history.crm_opportunity_id,
        history.close_on,
        history.changed_at,
        coalesce(mapping.is_closed, false) as is_closed,
        row_number() over (
            partition by history.source_system, history.crm_opportunity_id order by history.changed_at nulls last, history.history_id nulls last
        ) as state_no
    from {{ ref('crm_opportunity_history') }} as history
    cross join {{ ref('run_parameters') }} as run_parameters
    left join {{ ref('opportunity_stages') }} as mapping
        on history.source_system = mapping.source_system and lower(history.stage) = mapping.source_value
    where history.changed_at <= run_parameters.as_of
),

last_open as (
    select source_system, crm_opportunity_id, max(case when is_closed then 0 else state_no end) as state_no
    from states
    group by source_system, crm_opportunity_id
),

closed as (
    select
        states.source_system,
        states.crm_opportunity_id,
        min_by(states.close_on, states.state_no) as closed_with,
        max(states.changed_at) as changed_at
    from states
    inner join last_open
        on states.source_system = last_open.source_system
        and states.crm_opportunity_id = last_open.crm_opportunity_id
        and states.state_no > last_open.state_no
    group by states.source_system, states.crm_opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        cast(closed.closed_with as {{ dbt.type_string() }}) || ' → ' || cast(opportunities.close_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        closed.changed_at as occurred_at
    from closed
    inner join {{ ref('con_opportunities') }} as opportunities
        on closed.source_system = opportunities.source_system
        and closed.crm_opportunity_id = opportunities.crm_opportunity_id
        and opportunities.is_countable and opportunities.is_closed
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
        -- what the record says of a stage that it has left since is not of this one
        and lower(records.stage) is not distinct from lower(opportunities.stage)
    inner join {{ ref('con_calendar') }} as days_then on closed.closed_with = days_then.date_on
    inner join {{ ref('con_calendar') }} as days_now on opportunities.close_on = days_now.date_on
    where days_then.fiscal_quarter_start_on <> days_now.fiscal_quarter_start_on
        -- a date that was wrong, as the UTC day is, and was set right (H01, H02)
        and opportunities.close_on is distinct from opportunities.closed_on
)

select * from final
