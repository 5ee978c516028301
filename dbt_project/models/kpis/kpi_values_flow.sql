{# Flow KPIs: sums per period. Subjects are added up per month once; quarters and years are sums of months. #}
with subjects as (
    select * from {{ ref('kpi_subjects_flow') }}
),

calendar as (
    select date_on, month_start_on from {{ ref('con_calendar') }}
),

segments as (
    select * from {{ ref('subject_segments') }}
),

periods as (
    select * from {{ ref('kpi_periods') }}
),

by_month as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        'flow' as basis,
        subjects.member,
        calendar.month_start_on,
        {%- for segment in kpi_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }},
        {%- endfor %}
        sum(subjects.numerator) as numerator,
        count(*) as n
    from subjects
    join calendar on subjects.counted_on = calendar.date_on
    left join segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
    group by all
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        is_over as is_mature,
        {{ segment_columns() }},
        sum(numerator) as numerator,
        sum(n) as n
    from by_month
    join periods on by_month.month_start_on = periods.month_start_on
    {{ by_segment(kpi_series() + ['grain', 'period_start', 'is_over']) }}
),

final as (
    select
        {{ kpi_value_columns("'sum'", 'cast(numerator as double)', 'cast(null as decimal(28, 2))') }}
    from by_period
)

select * from final
