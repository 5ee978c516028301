-- Won: the first opportunity of the cycle that is won.
with cycle_opportunities as (
    select * from {{ ref('cycle_opportunities') }}
),

final as (
    select
        cycle_opportunities.lead_id,
        facts.closed_at as won_at,
        {{ business_date('facts.closed_at') }} as won_on,
        facts.opportunity_id
    from cycle_opportunities
    inner join {{ ref('opportunity_facts') }} as facts on cycle_opportunities.opportunity_id = facts.opportunity_id
    where facts.stage_code = 'won'
    qualify row_number() over (
        partition by cycle_opportunities.lead_id order by facts.closed_at nulls last, facts.opportunity_id nulls last
    ) = 1
)

select * from final
