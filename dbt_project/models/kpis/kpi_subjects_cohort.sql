{{ config(materialized='view') }}
{# Every subject that a KPI of the kind "cohort" counts: the rows to drill into. #}
{{ kpi_subjects('cohort', ['counted_on', 'converted_on', 'numerator', 'denominator', 'is_mature']) }}
