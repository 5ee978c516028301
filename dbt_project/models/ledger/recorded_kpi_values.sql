{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('kpi_values') }} from {{ source('ledger', 'kpi_values') }}
