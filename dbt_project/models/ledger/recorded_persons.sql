{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('persons') }} from {{ source('ledger', 'persons') }}
