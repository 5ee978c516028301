{# What marketing and sales cost per period: programme costs and the sales costs of its months; and the same of as many months as much earlier as
   the period's won deals took, by their median. Where a month has no sales cost yet, or no campaign ever a cost, there is no row: half a cost is none. #}
with periods as (
    select grain, period_start, month_start_on from {{ ref('kpi_periods') }}
),

months as (
    select distinct month_start_on, year * 12 + month as month_no from {{ ref('con_calendar') }}
),

sales_costs as (
    select month_start_on, cost from {{ ref('sales_costs') }}
),

programmes as (
    select period_start as month_start_on, numerator as cost
    from {{ ref('kpi_values_base') }}
    where kpi_code = 'mkt_cost' and view = 'shared' and segment = 'all' and grain = 'month'
),

lags as (
    select distinct grain, period_start, 'same_period' as timing, 0 as lag_months from periods
    union all
    select grain, period_start, 'lagged', greatest(cast(floor(value / 30 + 0.5) as integer), 0)
    from {{ ref('kpi_values_base') }}
    where kpi_code = 'cycle_days' and view = 'shared' and member = 'opportunity' and statistic = 'median' and segment = 'all' and value is not null
),

final as (
    select
        lags.timing,
        periods.grain,
        periods.period_start,
        lags.lag_months,
        cast(sum(coalesce(programmes.cost, 0) + sales_costs.cost) as decimal(28, 2)) as cost
    from periods
    join lags on periods.grain = lags.grain and periods.period_start = lags.period_start
    join months as own_months on periods.month_start_on = own_months.month_start_on
    left join months as cost_months on own_months.month_no - lags.lag_months = cost_months.month_no
    left join sales_costs on cost_months.month_start_on = sales_costs.month_start_on
    left join programmes on cost_months.month_start_on = programmes.month_start_on
    where exists (select 1 from programmes)
    group by lags.timing, periods.grain, periods.period_start, lags.lag_months
    having count(*) = count(sales_costs.month_start_on)
)

select * from final
