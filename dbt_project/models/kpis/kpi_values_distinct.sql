{# Distinct KPIs: each subject once per period, however often it is dated in it. Each grain counts anew: nothing adds up. #}
with subjects as (
    select * from {{ ref('kpi_entries') }} where kind = 'distinct'
),

days as (
    select * from {{ ref('kpi_days') }}
),

once_per_period as (
    {% for grain in kpi_grains() -%}
    select distinct
        subjects.series_no, subjects.subject_type, subjects.subject_id, {{ (kpi_segment_numbers() + ['days.' ~ grain ~ '_no as period_no']) | join(', ') }}
    from subjects
    join days on subjects.counted_on = days.date_on
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

by_period as (
    select
        series_no,
        period_no,
        {{ segment_number() }} as segment_no,
        count(*) as numerator
    from once_per_period
    {{ by_segment(['series_no', 'period_no']) }}
),

dated as (
    select by_period.*, by_period.numerator as n, periods.is_over as is_mature
    from by_period
    join {{ ref('kpi_calendar') }} as periods on by_period.period_no = periods.period_no
),

final as (
    select
        {{ kpi_value_columns("'sum'", 'cast(numerator as double)', denominator='null') }}
    from dated
)

select * from final
