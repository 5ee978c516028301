{# Of the leads in inside sales's hands at the end of the period, those left untouched. #}
with untouched as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'untouched_cnt'
),

in_hands as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'is_stock_cnt'
),

joined as (
    select
        in_hands.view,
        in_hands.member,
        in_hands.grain,
        in_hands.period_start,
        in_hands.segment,
        in_hands.segment_value,
        cast(coalesce(untouched.numerator, 0) as decimal(28, 2)) as numerator,
        cast(in_hands.numerator as decimal(28, 2)) as denominator
    from in_hands
    left join untouched
        on in_hands.view = untouched.view
            and in_hands.grain = untouched.grain
            and in_hands.period_start = untouched.period_start
            and in_hands.segment = untouched.segment
            and in_hands.segment_value = untouched.segment_value
    where {{ delivers('crm_activity') }}
),

final as (
    select *, {{ kpi_ratio() }} as value from joined
)

select * from final
