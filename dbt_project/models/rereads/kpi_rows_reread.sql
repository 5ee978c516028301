{{ config(pre_hook='{{ reread_definitions() }}') }}
{# The subjects of KPIs counted once more: under today's definitions, under those before the last change, and on today's data under those
   last published. Only KPIs for which that can make a difference are there. #}
-- depends_on: {{ ref('definitions_now') }}, {{ ref('recorded_definitions') }}, {{ ref('recorded_publish_times') }}, {{ ref('run_parameters') }}, {{ ref('kpi_rows') }}, {{ ref('kpi_values_base') }}
{% for basis in reread_bases() -%}
select '{{ basis }}' as definition_basis, * from {{ reread_relation(basis, 'kpi_rows') }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
