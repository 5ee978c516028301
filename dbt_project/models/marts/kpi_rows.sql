{# The rows to drill into: every subject that a KPI counts, with all its segments. kpi_values adds up these rows and no others. #}
with subjects as (
    select * from {{ ref('kpi_subjects') }}
),

segments as (
    select * from {{ ref('subject_segments') }}
),

final as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.kind,
        subjects.has_period_basis,
        subjects.view,
        subjects.member,
        subjects.subject_type,
        subjects.subject_id,
        subjects.counted_on,
        subjects.converted_on,
        subjects.left_on,
        subjects.grain,
        subjects.numerator,
        subjects.denominator,
        subjects.measure,
        subjects.is_censored,
        subjects.is_mature,
        {%- for segment in known_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }}{{ ',' if not loop.last }}
        {%- endfor %}
    from subjects
    left join segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
)

select * from final
