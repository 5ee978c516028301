{# What each opportunity is worth, day by day: a level per amount, and per exchange rate where it is in a foreign currency. From its first day
   on it has the opening amount, until a day ends with another one. #}
with openings as (
    select * from {{ ref('opportunity_openings') }} where opening_amount is not null
),

history as (
    select opportunities.opportunity_id, history.history_id, history.changed_at, {{ business_date('history.changed_at') }} as changed_on, history.amount
    from {{ ref('crm_opportunity_history') }} as history
    join {{ ref('run_parameters') }} as run_parameters on history.changed_at <= run_parameters.as_of
    join {{ ref('con_opportunities') }} as opportunities
        on history.source_system = opportunities.source_system
            and history.crm_opportunity_id = opportunities.crm_opportunity_id
    where history.amount is not null
),

-- the last amount of each day
changes as (
    select opportunity_id, changed_on, amount
    from history
    qualify row_number() over (partition by opportunity_id, changed_on order by changed_at desc, history_id desc) = 1
),

dated as (
    select opportunity_id, changed_on, amount from changes
    union all
    select openings.opportunity_id, openings.created_on, openings.opening_amount
    from openings
    left join changes on openings.opportunity_id = changes.opportunity_id and changes.changed_on <= openings.created_on
    where openings.created_on is not null and changes.opportunity_id is null
),

-- a day that ends as the one before begins no level
starts as (
    select *
    from dated
    qualify amount is distinct from lag(amount) over (partition by opportunity_id order by changed_on nulls last)
),

levels as (
    select
        starts.opportunity_id,
        starts.changed_on as from_on,
        lead(starts.changed_on) over (partition by starts.opportunity_id order by starts.changed_on nulls last) as to_on,
        starts.amount,
        openings.currency
    from starts
    join openings on starts.opportunity_id = openings.opportunity_id
),

rates as (
    select lower(currency) as currency, valid_from, {{ add_days('valid_to', 1) }} as valid_until, rate_to_base from {{ ref('fx_rates') }}
),

final as (
    select
        levels.opportunity_id,
        greatest(levels.from_on, rates.valid_from) as from_on,
        least(levels.to_on, rates.valid_until) as to_on,
        levels.amount,
        levels.currency,
        cast(levels.amount * {{ base_rate('levels.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as amount_base
    from levels
    left join rates
        on lower(levels.currency) = rates.currency
            and (rates.valid_until is null or rates.valid_until > levels.from_on)
            and (rates.valid_from is null or levels.to_on is null or rates.valid_from < levels.to_on)
)

select * from final
