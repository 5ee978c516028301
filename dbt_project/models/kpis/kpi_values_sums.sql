{# What adds up, in periods longer than a day. A quarter and a year are sums of months, so that days are read twice at most. #}
{%- set sums = 'sum(numerator) as numerator, sum(denominator) as denominator, sum(n) as n, not bool_or(not is_mature) as is_mature' %}
with days as (
    select * from {{ ref('kpi_sums') }}
),

calendar as (
    select day_no, week_no, month_no from {{ ref('kpi_days') }}
),

months as (
    select distinct month_no, fiscal_quarter_no, fiscal_year_no from {{ ref('kpi_days') }}
),

by_month as (
    select series_no, month_no as period_no, segment_no, {{ sums }}
    from days
    join calendar on days.period_no = calendar.day_no
    group by series_no, month_no, segment_no
),

by_period as (
    select series_no, week_no as period_no, segment_no, {{ sums }}
    from days
    join calendar on days.period_no = calendar.day_no
    group by series_no, week_no, segment_no
    union all
    select * from by_month
    {%- for grain in ['fiscal_quarter', 'fiscal_year'] %}
    union all
    select series_no, {{ grain }}_no, segment_no, {{ sums }}
    from by_month
    join months on by_month.period_no = months.month_no
    group by series_no, {{ grain }}_no, segment_no
    {%- endfor %}
),

final as (
    select
        series_no,
        period_no,
        segment_no,
        cast(numerator as decimal(28, 2)) as numerator,
        cast(denominator as decimal(28, 2)) as denominator,
        cast(n as bigint) as n,
        is_mature
    from by_period
)

select * from final
