{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('definitions') }} from {{ source('ledger', 'definitions') }}
