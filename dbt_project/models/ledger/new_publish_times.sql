{{ config(alias='publish_times') }}
{# What this run adds to the ledger when it is published: up to when it knows. #}
with run_parameters as (
    select * from {{ ref('run_parameters') }}
),

final as (
    select as_of, as_of_on from run_parameters
)

select * from final
