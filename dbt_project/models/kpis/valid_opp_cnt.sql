{# Qualified opportunities: accepted by field sales with enough of BANT, an amount and a close date, on the day of acceptance. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and is_valid_opportunity
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        fs_accepted_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from opportunities
    where fs_accepted_on is not null
)

select * from final
