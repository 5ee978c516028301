-- Live MA records and live CRM leads of which one names the other.
with ma_people as (
    select source_system, ma_id, crm_lead_id from {{ ref('live_ma_people') }}
),

leads as (
    select source_system, crm_lead_id, ma_id from {{ ref('live_crm_leads') }}
),

final as (
    select ma_people.source_system as ma_system, ma_people.ma_id, leads.source_system as crm_system, leads.crm_lead_id
    from ma_people
    inner join leads on ma_people.ma_id = leads.ma_id
    union
    select ma_people.source_system, ma_people.ma_id, leads.source_system, leads.crm_lead_id
    from ma_people
    inner join leads on ma_people.crm_lead_id = leads.crm_lead_id
)

select * from final
