{# Lost opportunities that say neither why nor to whom: what sales leaves out when it asks for how many a competitor won. #}
with opportunities as (
    select opportunity_id, loss_reason, competitor from {{ ref('con_opportunities') }} where stage_code = 'lost'
),

final as (
    select opportunity_id from opportunities where loss_reason is null and competitor is null
)

select * from final
