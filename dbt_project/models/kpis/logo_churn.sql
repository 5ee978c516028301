{# Accounts active at the start of a period that are no longer active at its end. #}
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
        {{ counts_when('not is_active_at_end') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        is_over as is_mature
    from accounts
)

select * from final
