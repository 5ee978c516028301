{# Start-cohort KPIs: of what was there at the start of a period, what is left at its end. Each grain has its own starts: nothing adds up. #}
with subjects as (
    select * from {{ ref('kpi_subjects_start_cohort') }}
),

segments as (
    select * from {{ ref('subject_segments') }}
),

segmented as (
    select
        subjects.*,
        'start_cohort' as basis,
        {%- for segment in kpi_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }}{{ ',' if not loop.last }}
        {%- endfor %}
    from subjects
    left join segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        {{ segment_columns() }},
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n,
        not bool_or(not is_mature) as is_mature
    from segmented
    {{ by_segment(kpi_series() + ['grain', 'period_start']) }}
),

final as (
    select
        {{ kpi_value_columns("'rate'", kpi_ratio()) }}
    from by_period
)

select * from final
