{# Duration KPIs: exact median and 90th percentile per period. What never happened is longer than any duration: a statistic that falls on it
   is null. No statistic can be made of others, so each period reads its subjects. #}
with subjects as (
    select * from {{ ref('kpi_rows') }} where kind = 'duration'
),

periods as (
    select * from {{ ref('kpi_calendar') }}
),

-- each day and the period of each grain that it is in
days as (
    {% for grain, period_start in kpi_grains().items() -%}
    select date_on, '{{ grain }}' as grain, {{ period_start }} as period_start from {{ ref('con_calendar') }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

measured as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        subjects.kind as basis,
        subjects.member,
        periods.grain,
        periods.period_start,
        periods.is_over,
        {%- for segment in kpi_segments() %}
        subjects.{{ segment }},
        {%- endfor %}
        subjects.is_censored,
        case when not subjects.is_censored then subjects.measure end as measure,
        case when subjects.is_censored then cast('infinity' as double) else cast(subjects.measure as double) end as ordered_measure
    from subjects
    join days on subjects.counted_on = days.date_on
    join periods on days.grain = periods.grain and days.period_start = periods.period_start and subjects.counted_on <= periods.read_on
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        is_over as is_mature,
        {{ segment_columns() }},
        coalesce(sum(measure), 0) as numerator,
        count(measure) as denominator,
        count(measure) as n,
        count(case when is_censored then 1 end) as censored_cnt,
        percentile_cont(0.5) within group (order by ordered_measure) as median_measure,
        percentile_cont(0.9) within group (order by ordered_measure) as p90_measure
    from measured
    {{ by_segment(kpi_series() + ['grain', 'period_start', 'is_over']) }}
),

statistics as (
    select *, 'median' as statistic_name, median_measure as statistic_value from by_period
    union all
    select *, 'p90', p90_measure from by_period
),

final as (
    select
        {{ kpi_value_columns(
            'statistic_name',
            "case when statistic_value < cast('infinity' as double) then statistic_value end",
            censored_cnt='censored_cnt'
        ) }}
    from statistics
)

select * from final
