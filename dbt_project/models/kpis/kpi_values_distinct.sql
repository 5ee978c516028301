{# Distinct KPIs: each subject once per period, however often it is dated in it. Each grain counts anew: nothing adds up. #}
{%- set keys = kpi_series() + ['grain', 'period_start', 'is_over'] %}
with subjects as (
    select *, kind as basis from {{ ref('kpi_rows') }} where kind = 'distinct'
),

periods as (
    select * from {{ ref('kpi_calendar') }}
),

calendar as (
    select * from {{ ref('con_calendar') }}
),

once_per_period as (
    {% for grain, period_start in kpi_grains().items() -%}
    select distinct
        subjects.kpi_code, subjects.definition_version, subjects.view, subjects.basis, subjects.member, subjects.subject_type, subjects.subject_id,
        {{ kpi_segments() | join(', ') }}{{ ',' if kpi_segments() }}
        periods.grain,
        periods.period_start,
        periods.is_over
    from subjects
    join calendar on subjects.counted_on = calendar.date_on
    join periods
        on periods.grain = '{{ grain }}' and calendar.{{ period_start }} = periods.period_start and subjects.counted_on <= periods.read_on
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        is_over as is_mature,
        {{ segment_columns() }},
        count(*) as numerator,
        count(*) as n
    from once_per_period
    {{ by_segment(keys) }}
),

final as (
    select
        {{ kpi_value_columns("'sum'", 'cast(numerator as double)', denominator='null') }}
    from by_period
)

select * from final
