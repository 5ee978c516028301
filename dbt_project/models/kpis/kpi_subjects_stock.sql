{{ config(materialized='view') }}
{# Every subject that a KPI of the kind "stock" counts: the rows to drill into. #}
{{ kpi_subjects('stock', ['in_from', 'in_to', 'amount']) }}
