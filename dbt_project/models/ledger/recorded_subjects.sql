{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('subjects') }} from {{ source('ledger', 'subjects') }}
