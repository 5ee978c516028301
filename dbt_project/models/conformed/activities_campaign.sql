-- Answers of campaign members: a response each, on the first record the membership names.
with members as (
    select * from {{ ref('ma_campaign_member') }}
),

campaigns as (
    select source_system, campaign_id, name from {{ ref('ma_campaign') }}
),

final as (
    select
        members.source_system,
        'campaign' as activity_origin,
        members.member_id as activity_id,
        case
            when members.ma_id is not null then 'ma_person'
            when members.crm_contact_id is not null then 'crm_contact'
            when members.crm_lead_id is not null then 'crm_lead'
        end as record_type,
        coalesce(members.ma_id, members.crm_contact_id, members.crm_lead_id) as record_id,
        cast(null as {{ dbt.type_string() }}) as crm_opportunity_id,
        members.campaign_id,
        campaigns.name as asset_name,
        'campaign_response' as activity_type,
        true as is_response,
        false as is_human,
        'inbound' as direction,
        false as is_two_way,
        members.responded_at as occurred_at,
        cast(date_trunc('month', members.responded_at) as date) as occurred_month,
        cast(null as {{ dbt.type_string() }}) as _batch_id
    from members
    left join campaigns
        on members.source_system = campaigns.source_system and members.campaign_id = campaigns.campaign_id
    where coalesce(members.has_responded, false)
        and members.responded_at is not null
        and not coalesce(members.is_deleted, false)
)

select * from final
