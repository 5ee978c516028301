{{ config(materialized='view') }}
{# Why a team does not have what the shared view counts, whether or not it counts it. #}
{% for model in ['bridge_absences_people', 'bridge_absences_cycles', 'bridge_absences_opportunities'] -%}
select * from {{ ref(model) }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
