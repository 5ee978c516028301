-- The bridge between lead cycles and opportunities: one row per converted lead record and per contact role that links a person.
-- A conversion whose opportunity the CRM does not have is in the cycle of the conversion.
with links as (
    select * from {{ ref('opportunity_people') }}
),

cycles as (
    select * from {{ ref('cycle_opportunities') }}
),

conversions as (
    select lead_id, source_system, source_record_id
    from {{ ref('timeline') }}
    where stage = 'converted' and source_record_type = 'crm_lead'
),

final as (
    select
        coalesce(cycles.lead_id, conversions.lead_id) as lead_id,
        links.opportunity_id,
        links.link_no = 1 as is_primary,
        links.converted_at,
        links.crm_lead_id,
        links.source_system,
        links.crm_opportunity_id
    from links
    left join cycles on links.opportunity_id = cycles.opportunity_id and links.person_key = cycles.person_key
    left join conversions
        on links.source_system = conversions.source_system and links.crm_lead_id = conversions.source_record_id
    where coalesce(cycles.lead_id, conversions.lead_id) is not null
)

select * from final
