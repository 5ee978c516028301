{# What each opportunity was worth when it began: the first amount that its history has, else the record's; in base currency at the rate of
   its creation. #}
with opportunities as (
    select opportunity_id, source_system, crm_opportunity_id, created_on, amount, currency from {{ ref('con_opportunities') }}
),

first_amounts as (
    select history.source_system, history.crm_opportunity_id, history.amount
    from {{ ref('crm_opportunity_history') }} as history
    join {{ ref('run_parameters') }} as run_parameters on history.changed_at <= run_parameters.as_of
    where history.amount is not null
    qualify row_number() over (
        partition by history.source_system, history.crm_opportunity_id order by history.changed_at nulls last, history.history_id nulls last
    ) = 1
),

opened as (
    select opportunities.*, coalesce(first_amounts.amount, opportunities.amount) as opening_amount
    from opportunities
    left join first_amounts
        on opportunities.source_system = first_amounts.source_system
            and opportunities.crm_opportunity_id = first_amounts.crm_opportunity_id
),

final as (
    select
        opened.opportunity_id,
        opened.created_on,
        opened.currency,
        opened.opening_amount,
        cast(opened.opening_amount * {{ base_rate('opened.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as opening_amount_base
    from opened
    left join {{ ref('fx_rates') }} as rates
        on lower(opened.currency) = lower(rates.currency)
            and {{ in_force('rates', 'opened.created_on') }}
)

select * from final
