{# Pipeline created as the teams count it: marketing by the amount with which the opportunity was opened, sales by the one it has now. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and created_on is not null
),

openings as (
    select opportunity_id, opening_amount_base from {{ ref('opportunity_openings') }}
),

amounts as (
    select
        opportunities.*,
        openings.opening_amount_base,
        cast(opportunities.amount * {{ base_rate('opportunities.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as current_amount_base
    from opportunities
    join openings on opportunities.opportunity_id = openings.opportunity_id
    left join {{ ref('fx_rates') }} as rates
        on lower(opportunities.currency) = lower(rates.currency)
            and {{ in_force('rates', 'opportunities.created_on') }}
),

sides as (
    select 'marketing' as view, amounts.*, opening_amount_base as amount_counted from amounts
    union all
    select 'sales', amounts.*, current_amount_base from amounts
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        view,
        '' as member,
        created_on as counted_on,
        cast(amount_counted as decimal(18, 2)) as numerator,
        opportunity_id as row_id,
        {{ bridge_no_record() }}
    from sides
    where amount_counted is not null
)

select * from final
