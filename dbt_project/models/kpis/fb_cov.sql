{# Feedback: of the closed opportunities that marketing handed over, those of which it learns the result: won, or lost with a reason. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and is_closed and closed_on is not null
),

leads as (
    select lead_id from {{ ref('lead_facts') }} where handed_over_on is not null
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        opportunities.closed_on as counted_on,
        {{ counts_when('opportunities.is_won or opportunities.loss_reason is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from opportunities
    join leads on opportunities.lead_id = leads.lead_id
)

select * from final
