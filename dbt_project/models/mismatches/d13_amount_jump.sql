-- Opportunities whose amount jumped by an order of magnitude, and still is that far from where it began.
with amounts as (
    select
        history.source_system,
        history.crm_opportunity_id,
        history.amount,
        history.changed_at,
        lag(history.amount) over (
            partition by history.source_system, history.crm_opportunity_id order by history.changed_at nulls last, history.history_id nulls last
        ) as previous_amount,
        row_number() over (
            partition by history.source_system, history.crm_opportunity_id order by history.changed_at nulls last, history.history_id nulls last
        ) as state_no
    from {{ ref('crm_opportunity_history') }} as history
    cross join {{ ref('run_parameters') }} as run_parameters
    where history.amount > 0 and history.changed_at <= run_parameters.as_of
),

openings as (
    select source_system, crm_opportunity_id, amount as first_amount from amounts where state_no = 1
),

jumps as (
    select *
    from amounts
    where greatest(amount, previous_amount) >= {{ mismatch_tolerance('d13_factor') }} * least(amount, previous_amount)
        and previous_amount is not null
    qualify row_number() over (partition by source_system, crm_opportunity_id order by state_no desc) = 1
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        cast(jumps.previous_amount as {{ dbt.type_string() }}) || ' → ' || cast(jumps.amount as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        jumps.changed_at as occurred_at
    from jumps
    inner join openings
        on jumps.source_system = openings.source_system and jumps.crm_opportunity_id = openings.crm_opportunity_id
    inner join {{ ref('con_opportunities') }} as opportunities
        on jumps.source_system = opportunities.source_system
        and jumps.crm_opportunity_id = opportunities.crm_opportunity_id
        and opportunities.is_countable
    where opportunities.amount > 0
        and greatest(opportunities.amount, openings.first_amount)
        >= {{ mismatch_tolerance('d13_factor') }} * least(opportunities.amount, openings.first_amount)
)

select * from final
