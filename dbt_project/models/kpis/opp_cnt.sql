{# Opportunities created. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and created_on is not null
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        created_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from opportunities
)

select * from final
