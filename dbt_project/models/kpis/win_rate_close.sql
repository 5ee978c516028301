{# Of the opportunities closed in a period, those won. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and is_closed
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
    where closed_on is not null
)

select * from final
