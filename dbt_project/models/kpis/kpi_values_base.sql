{{ config(materialized='view') }}
{# Every KPI that counts subjects, by period and segment: what the derived KPIs are computed from. #}
{% for model in ['kpi_values_sums', 'kpi_values_duration', 'kpi_values_stock', 'kpi_values_start_cohort', 'kpi_values_distinct'] -%}
select * from {{ ref(model) }}
{%- if not loop.last %}
union all
{% endif %}
{%- endfor %}
