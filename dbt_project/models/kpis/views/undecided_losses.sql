{# Lost opportunities in which the customer decided for nobody, or that were none: what sales leaves out of its win rate. #}
with opportunities as (
    select opportunity_id, loss_reason from {{ ref('con_opportunities') }} where stage_code = 'lost'
),

reasons as (
    select source_value from {{ ref('loss_reasons') }} where meaning = 'no_decision'
),

final as (
    select opportunities.opportunity_id
    from opportunities
    join reasons on lower(opportunities.loss_reason) = reasons.source_value
)

select * from final
