{# Pipeline created: what an opportunity was worth once its amount had settled, at the rate of its creation. Until then it is worth what is known. #}
with opportunities as (
    select opportunity_id, created_on from {{ ref('con_opportunities') }} where is_countable and created_on is not null
),

-- the last level that began by then; of one without a rate the amount is not known in base currency
settled as (
    select
        opportunities.opportunity_id, opportunities.created_on, amounts.amount, amounts.currency,
        {{ add_days('opportunities.created_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from opportunities
    cross join {{ ref('run_parameters') }} as run_parameters
    join {{ named_window('amount_settles') }} as windows on {{ in_force('windows', 'opportunities.created_on') }}
    join {{ ref('opportunity_amounts') }} as amounts
        on opportunities.opportunity_id = amounts.opportunity_id
            and amounts.from_on <= {{ add_days('opportunities.created_on', 'windows.days') }}
    qualify row_number() over (partition by opportunities.opportunity_id order by amounts.from_on desc) = 1
),

priced as (
    select
        settled.opportunity_id,
        settled.created_on,
        settled.is_mature,
        cast(settled.amount * {{ base_rate('settled.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as amount_base
    from settled
    left join {{ ref('fx_rates') }} as rates
        on lower(settled.currency) = lower(rates.currency)
            and {{ in_force('rates', 'settled.created_on') }}
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        created_on as counted_on,
        amount_base as numerator,
        is_mature
    from priced
    where amount_base is not null
)

select * from final
