{{ config(materialized='view') }}
{# Every subject that a KPI of the kind "duration" counts: the rows to drill into. #}
{{ kpi_subjects('duration', ['counted_on', 'measure', 'is_censored']) }}
