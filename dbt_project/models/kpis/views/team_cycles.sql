{# What the teams go by when they count a lead cycle in their own ways: when it came in and was met, how its CRM leads are rated, and what the
   relay says of a cycle that one side alone knows. #}
with leads as (
    select * from {{ ref('lead_facts') }}
),

scored as (
    select lead_id, has_score, has_persona from {{ ref('hot_leads') }}
),

entries as (
    select
        received.lead_id,
        bool_or(lower(crm_leads.rating) = 'hot') as is_rated_hot
    from {{ ref('stage_received') }} as received
    join {{ ref('crm_lead') }} as crm_leads
        on received.source_system = crm_leads.source_system and received.crm_lead_id = crm_leads.crm_lead_id
    group by received.lead_id
),

held_meetings as (
    select lead_id, min(held_on) as first_held_on from {{ ref('meetings') }} where held_on is not null group by lead_id
),

handoffs as (
    select
        lead_id,
        max(case when out_at is not null and classification in ('in_transit', 'lost_in_transit') then classification end) as missing_as,
        min(case when out_at is null and classification in ('declared_non_relay', 'invented') then classification end) as inflow_as,
        bool_or(out_at is not null and in_at is not null) as is_delivered
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1'
    group by lead_id
),

final as (
    select
        leads.lead_id,
        leads.is_countable,
        leads.opened_on,
        leads.mql_on,
        leads.handed_over_on,
        leads.received_on,
        leads.opportunity_created_on,
        held_meetings.first_held_on,
        case
            when held_meetings.first_held_on is not null and leads.opportunity_created_on is not null
                then greatest(leads.opportunity_created_on, held_meetings.first_held_on)
        end as opportunity_met_on,
        coalesce(scored.has_score, false) as has_score,
        coalesce(scored.has_persona, false) as has_persona,
        leads.is_hot,
        coalesce(entries.is_rated_hot, false) as is_rated_hot,
        handoffs.inflow_as,
        case
            when leads.received_on is not null then null
            when handoffs.missing_as is not null then handoffs.missing_as
            when handoffs.is_delivered then 'received_before'
            when leads.handed_over_on is not null and handoffs.lead_id is null then 'not_in_crm'
        end as not_received_as
    from leads
    left join scored on leads.lead_id = scored.lead_id
    left join entries on leads.lead_id = entries.lead_id
    left join held_meetings on leads.lead_id = held_meetings.lead_id
    left join handoffs on leads.lead_id = handoffs.lead_id
)

select * from final
