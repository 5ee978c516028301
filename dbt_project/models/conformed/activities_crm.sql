-- Sales activities. A human one is a call, an e-mail or a meeting that no machine made.
with sales as (
    select * from {{ ref('crm_activity') }}
    where occurred_at is not null and not coalesce(is_deleted, false)
),

activity_types as (
    select * from {{ ref('activity_types') }} where object = 'crm_activity'
),

activity_outcomes as (
    select * from {{ ref('activity_outcomes') }}
),

mapped as (
    select
        sales.*,
        coalesce(activity_types.activity_type, lower(sales.activity_type)) as mapped_type,
        coalesce(activity_types.is_response, false) as is_response,
        case
            when lower(sales.direction) = 'inbound' or activity_types.is_inbound then 'inbound'
            else 'outbound'
        end as mapped_direction,
        activity_outcomes.outcome as mapped_outcome
    from sales
    left join activity_types
        on sales.source_system = activity_types.source_system
        and lower(sales.activity_type) = activity_types.source_value
    left join activity_outcomes on lower(sales.outcome) = activity_outcomes.source_value
),

final as (
    select
        source_system,
        'crm' as activity_origin,
        activity_id,
        case
            when crm_lead_id is not null then 'crm_lead'
            when crm_contact_id is not null then 'crm_contact'
        end as record_type,
        coalesce(crm_lead_id, crm_contact_id) as record_id,
        crm_opportunity_id,
        cast(null as {{ dbt.type_string() }}) as campaign_id,
        cast(null as {{ dbt.type_string() }}) as asset_name,
        mapped_type as activity_type,
        is_response,
        mapped_type in ('call', 'email', 'meeting') and not coalesce(is_automated, false) as is_human,
        mapped_direction as direction,
        mapped_direction = 'inbound' or coalesce(mapped_outcome in ('connected', 'held', 'replied'), false) as is_two_way,
        occurred_at,
        cast(date_trunc('month', occurred_at) as date) as occurred_month,
        cast(null as {{ dbt.type_string() }}) as _batch_id
    from mapped
)

select * from final
