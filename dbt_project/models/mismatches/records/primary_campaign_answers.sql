-- Opportunities with a primary campaign that some of their contacts are members of, and how these answered it.
with contacts as (
    select source_system, crm_opportunity_id, crm_contact_id as record_id
    from {{ ref('crm_contact_role') }}
    where not coalesce(is_deleted, false)
    union
    select source_system, crm_opportunity_id, crm_lead_id
    from {{ ref('opportunity_people') }}
    where crm_lead_id is not null
),

-- once a lead is converted its memberships carry both ids
member_records as (
    select source_system, campaign_id, member_id, crm_contact_id as record_id, has_responded, responded_at
    from {{ ref('ma_campaign_member') }}
    where not coalesce(is_deleted, false) and crm_contact_id is not null
    union all
    select source_system, campaign_id, member_id, crm_lead_id, has_responded, responded_at
    from {{ ref('ma_campaign_member') }}
    where not coalesce(is_deleted, false) and crm_lead_id is not null
),

final as (
    select
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id,
        opportunities.campaign_id,
        opportunities.created_at,
        opportunities.created_on,
        bool_or(coalesce(members.has_responded, false)) as has_responded,
        bool_or(coalesce(members.has_responded, false) and members.responded_at is null) as has_undated_response,
        min(case when members.has_responded then members.responded_at end) as first_response_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join contacts
        on opportunities.source_system = contacts.source_system
        and opportunities.crm_opportunity_id = contacts.crm_opportunity_id
    inner join member_records as members
        on contacts.source_system = members.source_system
        and contacts.record_id = members.record_id
        and opportunities.campaign_id = members.campaign_id
    where opportunities.is_countable
    group by
        opportunities.opportunity_id, opportunities.crm_opportunity_id, opportunities.campaign_id,
        opportunities.created_at, opportunities.created_on
)

select * from final
