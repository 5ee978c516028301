{# Handed-over lead cycles that inside sales gave back as rejected. #}
with leads as (
    select lead_id, handed_over_on, opportunity_created_on, closed_on from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null and {{ delivers('crm_lead') }}
),

rejected as (
    select lead_id from {{ ref('rejected_leads') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        leads.lead_id as subject_id,
        'shared' as view,
        '' as member,
        leads.handed_over_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('rejected.lead_id is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        rejected.lead_id is not null or leads.opportunity_created_on is not null or leads.closed_on is not null as is_mature
    from leads
    left join rejected on leads.lead_id = rejected.lead_id
)

select * from final
