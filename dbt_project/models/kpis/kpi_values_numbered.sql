{{ config(materialized='view') }}
{# Every KPI that counts subjects, by period and segment, under numbers. #}
with sums as (
    select * from {{ ref('kpi_sums') }}
    union all
    select * from {{ ref('kpi_values_sums') }}
),

series as (
    select series_no, basis from {{ ref('numbered_series') }}
),

periods as (
    select period_no, is_over from {{ ref('kpi_calendar') }}
),

added_up as (
    select
        sums.series_no,
        sums.period_no,
        sums.segment_no,
        case when series.basis = 'flow' then 'sum' else 'rate' end as statistic_name,
        sums.numerator,
        case when series.basis <> 'flow' then sums.denominator end as denominator,
        case when series.basis = 'flow' then cast(sums.numerator as double) else {{ kpi_ratio() }} end as value,
        sums.n,
        sums.is_mature and periods.is_over as is_mature
    from sums
    join series on sums.series_no = series.series_no
    join periods on sums.period_no = periods.period_no
),

final as (
    select
        {{ kpi_value_columns('statistic_name', 'value') }}
    from added_up
    {%- for model in ['kpi_values_duration', 'kpi_values_stock', 'kpi_values_start_cohort', 'kpi_values_distinct'] %}
    union all
    select * from {{ ref(model) }}
    {%- endfor %}
)

select * from final
