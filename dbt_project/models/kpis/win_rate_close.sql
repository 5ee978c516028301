{# Of the opportunities closed in a period, those won. A system that records no lost opportunity cannot say: it is left out. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and is_closed
),

systems_with_losses as (
    select source_system from opportunities where not is_won group by source_system
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        closed_on as counted_on,
        {{ counts_when('is_won') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from opportunities
    where closed_on is not null and source_system in (select source_system from systems_with_losses)
)

select * from final
