{{ config(materialized='view') }}
{# Every subject that a KPI of the kind "period" counts: the rows to drill into. #}
{{ kpi_subjects('period', ['counted_on', 'numerator', 'denominator']) }}
