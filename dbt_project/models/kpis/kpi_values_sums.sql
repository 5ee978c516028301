{# KPIs that add up: each period is the sum of its days. A quarter and a year are sums of months, so that days are read twice at most. #}
{%- set keys = kpi_series() + ['segment', 'segment_value'] -%}
{%- set sums = 'sum(numerator) as numerator, sum(denominator) as denominator, cast(sum(n) as bigint) as n, not bool_or(not is_mature) as is_mature' %}
with days as (
    select * from {{ ref('kpi_sums') }}
),

calendar as (
    select date_on, week_start_on, month_start_on from {{ ref('con_calendar') }}
),

months as (
    select month_start_on, fiscal_quarter_start_on, fiscal_year_start_on
    from {{ ref('con_calendar') }}
    where date_on = month_start_on
),

periods as (
    select grain, period_start, is_over from {{ ref('kpi_calendar') }}
),

by_month as (
    select {{ keys | join(', ') }}, month_start_on, {{ sums }}
    from days
    join calendar on days.date_on = calendar.date_on
    group by {{ keys | join(', ') }}, month_start_on
),

by_period as (
    select {{ keys | join(', ') }}, 'day' as grain, date_on as period_start, numerator, denominator, n, is_mature
    from days
    union all
    select {{ keys | join(', ') }}, 'week', week_start_on, {{ sums }}
    from days
    join calendar on days.date_on = calendar.date_on
    group by {{ keys | join(', ') }}, week_start_on
    union all
    select {{ keys | join(', ') }}, 'month', month_start_on, numerator, denominator, n, is_mature
    from by_month
    {%- for grain in ['fiscal_quarter', 'fiscal_year'] %}
    union all
    select {{ keys | join(', ') }}, '{{ grain }}', {{ grain }}_start_on, {{ sums }}
    from by_month
    join months on by_month.month_start_on = months.month_start_on
    group by {{ keys | join(', ') }}, {{ grain }}_start_on
    {%- endfor %}
),

dated as (
    select
        {{ keys | join(', ') }},
        by_period.grain,
        by_period.period_start,
        numerator,
        denominator,
        n,
        is_mature and is_over as is_mature
    from by_period
    join periods on by_period.grain = periods.grain and by_period.period_start = periods.period_start
),

final as (
    select
        {{ kpi_value_columns(
            "case when basis = 'flow' then 'sum' else 'rate' end",
            "case when basis = 'flow' then cast(numerator as double) else " ~ kpi_ratio() ~ " end",
            denominator="case when basis <> 'flow' then denominator end"
        ) }}
    from dated
)

select * from final
