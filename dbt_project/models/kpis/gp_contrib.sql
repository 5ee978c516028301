{# Gross-profit contribution, the north star: the gross profit of what was won, less what marketing and sales cost. A period without won deal has its
   costs all the same. #}
with costs as (
    select * from {{ ref('period_costs') }}
),

margins as (
    select * from {{ ref('gross_margins') }}
),

deals as (
    select grain, period_start, numerator as won_amt
    from {{ ref('kpi_values_base') }}
    where kpi_code = 'won_amt' and view = 'shared' and segment = 'all'
),

contributions as (
    select
        costs.grain,
        costs.period_start,
        cast(coalesce(deals.won_amt, 0) * margins.margin - costs.cost as decimal(28, 2)) as contribution
    from costs
    join margins on {{ in_force('margins', 'costs.period_start') }}
    left join deals on costs.grain = deals.grain and costs.period_start = deals.period_start
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
