{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('open_mismatches') }} from {{ source('ledger', 'open_mismatches') }}
