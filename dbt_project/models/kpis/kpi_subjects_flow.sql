{{ config(materialized='view') }}
{# Every subject that a KPI of the kind "flow" counts: the rows to drill into. #}
{{ kpi_subjects('flow', ['counted_on', 'numerator']) }}
