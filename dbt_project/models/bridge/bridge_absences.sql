{{ config(materialized='view') }}
{# Why a team does not have what the shared view counts, whether or not it counts it. #}
{% for model in [
    'bridge_absences_people', 'bridge_absences_people_rates', 'bridge_absences_cycles', 'bridge_absences_rates', 'bridge_absences_opportunities',
    'bridge_absences_pipeline', 'bridge_absences_meetings',
] -%}
select kpi_code, side, component, subject_id, reasons from {{ ref(model) }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
