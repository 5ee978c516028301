{# Of the opportunities lost in a period, those lost to a competitor. A system that records neither reasons nor competitors cannot say: it is left out. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and stage_code = 'lost'
),

systems_with_reasons as (
    select source_system from opportunities where coalesce(loss_reason, competitor) is not null group by source_system
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        opportunities.closed_on as counted_on,
        {{ counts_when('losses.opportunity_id is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from opportunities
    left join {{ ref('competitor_losses') }} as losses on opportunities.opportunity_id = losses.opportunity_id
    where opportunities.closed_on is not null and opportunities.source_system in (select source_system from systems_with_reasons)
)

select * from final
