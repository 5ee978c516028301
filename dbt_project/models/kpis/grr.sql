{# Gross revenue retention: what is left of the starting accounts' ARR, growth not counted. #}
with accounts as (
    select * from {{ ref('account_periods') }}
),

final as (
    select
        'account' as subject_type,
        account_key as subject_id,
        'shared' as view,
        '' as member,
        grain,
        period_start,
        least(end_arr, start_arr) as numerator,
        start_arr as denominator,
        is_over as is_mature
    from accounts
)

select * from final
