{{ config(materialized='view') }}
{# Every subject that a KPI of the kind "start_cohort" counts: the rows to drill into. #}
{{ kpi_subjects('start_cohort', ['grain', 'period_start', 'numerator', 'denominator', 'is_mature']) }}
