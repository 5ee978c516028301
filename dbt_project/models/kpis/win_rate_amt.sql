{# Win rate by amount: of what the opportunities closed in a period were worth, the part that was won. The same opportunities as in win_rate_close. #}
with closed as (
    select * from {{ ref('win_rate_close') }}
),

opportunities as (
    select opportunity_id, amount, currency from {{ ref('con_opportunities') }}
),

priced as (
    select
        closed.*,
        cast(opportunities.amount * {{ base_rate('opportunities.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as amount_base
    from closed
    join opportunities on closed.subject_id = opportunities.opportunity_id
    left join {{ ref('fx_rates') }} as rates
        on lower(opportunities.currency) = lower(rates.currency)
            and {{ in_force('rates', 'closed.counted_on') }}
),

final as (
    select
        subject_type,
        subject_id,
        view,
        member,
        counted_on,
        case when numerator = 1 then amount_base else cast(0 as decimal(18, 2)) end as numerator,
        amount_base as denominator
    from priced
    where amount_base is not null
)

select * from final
