{{ config(materialized='view') }}
{# Everything that a KPI counts, of every kind, in one shape. #}
{{ kpi_subjects() }}
