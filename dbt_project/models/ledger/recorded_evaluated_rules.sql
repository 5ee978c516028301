{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('evaluated_rules') }} from {{ source('ledger', 'evaluated_rules') }}
