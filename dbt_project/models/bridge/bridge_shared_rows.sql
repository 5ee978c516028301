{{ config(materialized='view') }}
{# What the shared view counts up to as_of, of the KPIs that the teams count in their own ways, above and below the line. #}
with counted as (
    {%- for code in bridged_kpis() -%}
    {%- set code_loop = loop -%}
    {%- for component, counts in bridge_components(code).items() %}
    select '{{ code }}' as kpi_code, '{{ component }}' as component, subject_type, subject_id, counted_on, {{ counts['amount'] }} as amount
    from {{ ref(code) }}
    where member = '{{ bridge_member(code) }}' and {{ counts['where'] }}
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
