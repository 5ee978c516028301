{# Lifetime value: gross profit per customer and period over the share of customers lost in it, both of the customers at its start. Their number
   stands on both sides of the division; what is left are those lost. Nobody lost: null. #}
with periods as (
    select * from {{ ref('period_margins') }} where start_arr is not null and start_account_cnt is not null
),

profits as (
    select
        *,
        cast(start_arr as double) * month_cnt / 12 * cast(margin as double) as profit
    from periods
),

final as (
    select
        view,
        '' as member,
        grain,
        period_start,
        'all' as segment,
        'all' as segment_value,
        cast(profit as decimal(28, 2)) as numerator,
        cast(lost_account_cnt as decimal(28, 2)) as denominator,
        profit / nullif(lost_account_cnt, 0) as value
    from profits
)

select * from final
