{# What a customer brings over its lifetime, per yen that it cost to win it. #}
with costs as (
    select * from {{ ref('cac') }} where member = 'lagged'
),

lifetimes as (
    select * from {{ ref('ltv') }}
),

final as (
    select
        lifetimes.view,
        lifetimes.member,
        lifetimes.grain,
        lifetimes.period_start,
        lifetimes.segment,
        lifetimes.segment_value,
        cast(lifetimes.value as decimal(28, 2)) as numerator,
        cast(costs.value as decimal(28, 2)) as denominator,
        lifetimes.value / nullif(costs.value, 0) as value
    from lifetimes
    join costs
        on lifetimes.view = costs.view and lifetimes.grain = costs.grain and lifetimes.period_start = costs.period_start
    where lifetimes.value is not null and costs.value is not null
)

select * from final
