{# Payback: the months in which a customer's gross profit earns what it cost to win it. #}
with costs as (
    select * from {{ ref('cac') }} where member = 'lagged'
),

profits as (
    select
        view, grain, period_start,
        cast(start_arr as double) / 12 * cast(margin as double) / nullif(start_account_cnt, 0) as monthly_profit
    from {{ ref('period_margins') }}
),

final as (
    select
        costs.view,
        '' as member,
        costs.grain,
        costs.period_start,
        costs.segment,
        costs.segment_value,
        cast(costs.value as decimal(28, 2)) as numerator,
        cast(profits.monthly_profit as decimal(28, 2)) as denominator,
        costs.value / nullif(profits.monthly_profit, 0) as value
    from costs
    join profits
        on costs.view = profits.view and costs.grain = profits.grain and costs.period_start = profits.period_start
    where costs.value is not null and profits.monthly_profit is not null
)

select * from final
