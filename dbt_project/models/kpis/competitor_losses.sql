{# Countable opportunities lost to a competitor: one is named, or the reason says so [loss_reasons.csv]. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and stage_code = 'lost'
),

reasons as (
    select source_value from {{ ref('loss_reasons') }} where meaning = 'competitor'
),

final as (
    select opportunities.opportunity_id, opportunities.lead_id, opportunities.closed_on
    from opportunities
    left join reasons on lower(opportunities.loss_reason) = reasons.source_value
    where opportunities.competitor is not null or reasons.source_value is not null
)

select * from final
