{{ config(materialized='view') }}
{# The rows of kpi_rows with numbers in place of names: what every kpi_values_* model adds up. #}
with subjects as (
    select * from {{ ref('kpi_rows') }}
),

series as (
    select * from {{ ref('numbered_series') }}
),

final as (
    select
        series.series_no,
        series.period_series_no,
        subjects.kind,
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
        {{ (['subjects.is_mature'] + joined_segment_numbers()) | join(', ') }}
    from subjects
    join series
        on subjects.kind = series.basis
        {%- for column in kpi_series() if column != 'basis' %}
            and subjects.{{ column }} = series.{{ column }}
        {%- endfor %}
    {{- join_segment_numbers('subjects') }}
)

select * from final
