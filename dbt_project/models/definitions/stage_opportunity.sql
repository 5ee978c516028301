-- Opportunity: the first one created in the cycle, of any of its people's leads or contact roles.
with cycle_opportunities as (
    select * from {{ ref('cycle_opportunities') }}
),

final as (
    select
        cycle_opportunities.lead_id,
        facts.created_at as opportunity_created_at,
        {{ business_date('facts.created_at') }} as opportunity_created_on,
        facts.opportunity_id
    from cycle_opportunities
    inner join {{ ref('opportunity_facts') }} as facts on cycle_opportunities.opportunity_id = facts.opportunity_id
    where facts.created_at is not null
    qualify row_number() over (
        partition by cycle_opportunities.lead_id order by facts.created_at, facts.opportunity_id nulls last
    ) = 1
)

select * from final
