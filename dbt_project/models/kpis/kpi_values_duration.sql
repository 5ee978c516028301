{# Duration KPIs: exact median and 90th percentile per period. What never happened is longer than any duration: a statistic that falls on it
   is null. No statistic can be made of others, so each period reads its subjects. #}
with subjects as (
    select * from {{ ref('kpi_entries') }} where kind = 'duration'
),

-- each day and the period of each grain that it is in
days as (
    {% for grain in kpi_grains() -%}
    select date_on, {{ grain }}_no as period_no from {{ ref('kpi_days') }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

measured as (
    select
        subjects.series_no,
        days.period_no,
        {%- for column in kpi_segment_numbers() %}
        subjects.{{ column }},
        {%- endfor %}
        subjects.is_censored,
        case when not subjects.is_censored then subjects.measure end as measure,
        case when subjects.is_censored then cast('infinity' as double) else cast(subjects.measure as double) end as ordered_measure
    from subjects
    join days on subjects.counted_on = days.date_on
),

by_period as (
    select
        series_no,
        period_no,
        {{ segment_number() }} as segment_no,
        coalesce(sum(measure), 0) as numerator,
        count(measure) as n,
        count(case when is_censored then 1 end) as censored_cnt,
        percentile_cont(0.5) within group (order by ordered_measure) as median_measure,
        percentile_cont(0.9) within group (order by ordered_measure) as p90_measure
    from measured
    {{ by_segment(['series_no', 'period_no']) }}
),

statistics as (
    select *, 'median' as statistic_name, median_measure as statistic_value from by_period
    union all
    select *, 'p90', p90_measure from by_period
),

dated as (
    select statistics.*, periods.is_over and statistics.censored_cnt = 0 as is_mature
    from statistics
    join {{ ref('kpi_calendar') }} as periods on statistics.period_no = periods.period_no
),

final as (
    select
        {{ kpi_value_columns(
            'statistic_name',
            "case when statistic_value < cast('infinity' as double) then statistic_value end",
            denominator='n',
            censored_cnt='censored_cnt'
        ) }}
    from dated
)

select * from final
