{# The segments of lead cycles. A cycle without person takes what its account says; the owner is who owns the lead that was received first, else
   the cycle's first opportunity. #}
with leads as (
    select * from {{ ref('lead_facts') }}
),

people as (
    select * from {{ ref('segments_people') }}
),

accounts as (
    select * from {{ ref('segments_accounts') }}
),

lead_owners as (
    select received.lead_id, crm_leads.owner_id
    from {{ ref('stage_received') }} as received
    join {{ ref('crm_lead') }} as crm_leads
        on received.source_system = crm_leads.source_system and received.crm_lead_id = crm_leads.crm_lead_id
    where received.in_rank = 1
),

opportunity_owners as (
    select lead_id, owner_id
    from {{ ref('con_opportunities') }}
    where lead_id is not null
    qualify row_number() over (partition by lead_id order by created_at nulls last, opportunity_id nulls last) = 1
),

final as (
    select
        leads.lead_id,
        leads.channel,
        leads.campaign,
        people.persona,
        coalesce(people.industry, accounts.industry) as industry,
        coalesce(people.company_size, accounts.company_size) as company_size,
        coalesce(lead_owners.owner_id, opportunity_owners.owner_id) as owner,
        coalesce(people.region, accounts.region) as region
    from leads
    left join people on leads.person_key = people.person_key
    left join accounts on leads.account_key = accounts.account_key
    left join lead_owners on leads.lead_id = lead_owners.lead_id
    left join opportunity_owners on leads.lead_id = opportunity_owners.lead_id
)

select * from final
