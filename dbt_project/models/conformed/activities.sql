-- Every activity with a person record, whatever the system: what MA persons did, answers to campaigns, sales activities.
{{ config(materialized='view') }}

with final as (
    select * from {{ ref('activities_ma') }}
    union all
    select * from {{ ref('activities_campaign') }}
    union all
    select * from {{ ref('activities_crm') }}
)

select * from final
