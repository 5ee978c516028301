{# Sales velocity: what field sales wins per day with what it has: open opportunities, win rate and average deal over the days that a deal takes. #}
with base as (
    select * from {{ ref('kpi_values_base') }}
    where kpi_code in ('opp_open', 'win_rate_close', 'asp')
        or kpi_code = 'cycle_days' and member = 'opportunity' and statistic = 'median'
),

factors as (
    select
        view, grain, period_start, segment, segment_value,
        max(case when kpi_code = 'opp_open' then value end)
            * max(case when kpi_code = 'win_rate_close' then value end)
            * max(case when kpi_code = 'asp' then value end) as won_value,
        max(case when kpi_code = 'cycle_days' then value end) as days
    from base
    group by view, grain, period_start, segment, segment_value
),

final as (
    select
        view,
        '' as member,
        grain,
        period_start,
        segment,
        segment_value,
        cast(won_value as decimal(28, 2)) as numerator,
        cast(days as decimal(28, 2)) as denominator,
        won_value / nullif(days, 0) as value
    from factors
    where won_value is not null and days <> 0
)

select * from final
