{{ config(materialized='view') }}
{# What every version published so far left in the ledger. #}
select {{ ledger_columns('publish_times') }} from {{ source('ledger', 'publish_times') }}
