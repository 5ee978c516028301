-- Every activity with a person record, whatever the system: what MA persons did, answers to campaigns, sales activities.
{{ config(materialized='view') }}

with ma_activities as (
    select * from {{ ref('activities_ma') }}
),

address_owners as (
    select * from {{ ref('ma_address_owners') }}
),

of_ma_persons as (
    select
        ma_activities.source_system,
        'ma' as activity_origin,
        ma_activities.activity_id,
        'ma_person' as record_type,
        coalesce(ma_activities.ma_id, address_owners.ma_id) as record_id,
        cast(null as {{ dbt.type_string() }}) as crm_opportunity_id,
        ma_activities.campaign_id,
        ma_activities.asset_name,
        ma_activities.activity_type,
        ma_activities.is_response,
        false as is_human,
        case when ma_activities.is_inbound then 'inbound' else 'outbound' end as direction,
        false as is_two_way,
        ma_activities.occurred_at,
        ma_activities.occurred_month,
        ma_activities._batch_id
    from ma_activities
    left join address_owners
        on ma_activities.source_system = address_owners.source_system
        and lower(ma_activities.email) = address_owners.address
),

final as (
    select * from of_ma_persons
    union all
    select * from {{ ref('activities_campaign') }}
    union all
    select * from {{ ref('activities_crm') }}
)

select * from final
