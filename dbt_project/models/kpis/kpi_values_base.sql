{{ config(materialized='view') }}
{# Every KPI that counts subjects, by period and segment: what the derived KPIs are computed from. #}
with kpi_values as (
    select * from {{ ref('kpi_values_numbered') }}
),

series as (
    select * from {{ ref('numbered_series') }}
),

periods as (
    select period_no, grain, period_start from {{ ref('kpi_calendar') }}
),

segments as (
    select * from {{ ref('numbered_segments') }}
),

final as (
    select
        {%- for column in kpi_series() %}
        series.{{ column }},
        {%- endfor %}
        periods.grain,
        periods.period_start,
        segments.segment,
        segments.segment_value,
        kpi_values.statistic,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.value,
        kpi_values.n,
        kpi_values.censored_cnt,
        kpi_values.is_mature
    from kpi_values
    join series on kpi_values.series_no = series.series_no
    join periods on kpi_values.period_no = periods.period_no
    join segments on kpi_values.segment_no = segments.segment_no
)

select * from final
