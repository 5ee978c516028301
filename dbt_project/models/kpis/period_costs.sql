{# What marketing and sales cost per period: programme costs and the sales costs of its months. A period of which a month has no sales cost
   yet has no row: half a cost is none. #}
with periods as (
    select grain, period_start, month_start_on from {{ ref('kpi_periods') }}
),

sales_costs as (
    select month_start_on, cost from {{ ref('sales_costs') }}
),

sales as (
    select periods.grain, periods.period_start, sum(sales_costs.cost) as cost
    from periods
    left join sales_costs on periods.month_start_on = sales_costs.month_start_on
    group by periods.grain, periods.period_start
    having count(*) = count(sales_costs.month_start_on)
),

programmes as (
    select grain, period_start, numerator as cost
    from {{ ref('kpi_values_base') }}
    where kpi_code = 'mkt_cost' and view = 'shared' and segment = 'all'
),

final as (
    select
        sales.grain,
        sales.period_start,
        cast(coalesce(programmes.cost, 0) + sales.cost as decimal(28, 2)) as cost
    from sales
    left join programmes on sales.grain = programmes.grain and sales.period_start = programmes.period_start
)

select * from final
