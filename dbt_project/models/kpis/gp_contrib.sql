{# Gross-profit contribution, the north star: the gross profit of what was won, at each month's margin, less what marketing and sales cost. A period
   without won deal has its costs all the same. #}
with costs as (
    select * from {{ ref('period_costs') }} where timing = 'same_period'
),

margins as (
    select * from {{ ref('gross_margins') }}
),

deals as (
    select period_start as month_start_on, numerator as won_amt
    from {{ ref('kpi_values_base') }}
    where kpi_code = 'won_amt' and view = 'shared' and segment = 'all' and grain = 'month'
),

-- a period with a month that has no margin has no row
profits as (
    select periods.grain, periods.period_start, sum(coalesce(deals.won_amt, 0) * margins.margin) as profit
    from {{ ref('kpi_periods') }} as periods
    left join margins on {{ in_force('margins', 'periods.month_start_on') }}
    left join deals on periods.month_start_on = deals.month_start_on
    group by periods.grain, periods.period_start
    having count(*) = count(margins.margin)
),

contributions as (
    select costs.grain, costs.period_start, cast(profits.profit - costs.cost as decimal(28, 2)) as contribution
    from costs
    join profits on costs.grain = profits.grain and costs.period_start = profits.period_start
    where {{ delivers('crm_opportunity', 'amount') }}
),

final as (
    select
        'shared' as view,
        '' as member,
        grain,
        period_start,
        'all' as segment,
        'all' as segment_value,
        contribution as numerator,
        cast(null as decimal(28, 2)) as denominator,
        cast(contribution as double) as value
    from contributions
)

select * from final
