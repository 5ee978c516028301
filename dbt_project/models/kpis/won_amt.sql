{# Bookings: base-currency amounts of won deals. A deal without amount, or without a rate, is counted in won_cnt but not priced. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and won_on is not null and amount_base is not null
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        won_on as counted_on,
        cast(amount_base as decimal(18, 2)) as numerator
    from opportunities
)

select * from final
