{{ config(materialized='view') }}
{# What the two teams count up to as_of, of every KPI that they count in their own ways, above and below the line. #}
with counted as (
    {%- for code in bridged_kpis() -%}
    {%- set code_loop = loop -%}
    {%- for component, counts in bridge_components(code).items() %}
    select
        '{{ code }}' as kpi_code, '{{ component }}' as component, view as side, subject_type, subject_id, row_id, counted_on,
        {{ counts['amount'] }} as amount, source_system, source_record_type, source_record_id, is_merged_record, uncounted_reasons,
        {{ 'timed_as' if code in kpi_list()['duration'] else "'amount_differs'" }} as amount_reason
    from {{ ref(code ~ '_views') }}
    where {{ counts['where'] }}
        {%- if not (loop.last and code_loop.last) %}
    union all
        {%- endif %}
    {%- endfor %}
    {%- endfor %}
),

final as (
    select counted.*
    from counted
    join {{ ref('run_parameters') }} as run_parameters on counted.counted_on <= run_parameters.as_of_on
)

select * from final
