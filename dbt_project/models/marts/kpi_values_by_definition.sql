{{ config(materialized='view') }}
{# Every KPI under every definition basis: as_was and as_now for all, as_before for what changed lately. A view: what is equal is not stored twice. #}
{%- set columns = 'kpi_code, definition_version, view, basis, member, grain, period_start, segment, segment_value, statistic, numerator, denominator, value, n, censored_cnt, is_mature' %}
select 'as_was' as definition_basis, {{ columns }} from {{ ref('kpi_values') }}
union all
select 'as_now', {{ columns }}
from {{ ref('kpi_values') }}
where kpi_code not in (select kpi_code from {{ ref('kpi_values_redefined') }} where definition_basis = 'as_now')
union all
select definition_basis, {{ columns }} from {{ ref('kpi_values_redefined') }} where is_counted
