{# New customers: accounts, on the day of their first won deal. #}
with deals as (
    select account_key, won_on from {{ ref('con_opportunities') }} where is_countable and won_on is not null and account_key is not null
),

final as (
    select
        'account' as subject_type,
        account_key as subject_id,
        'shared' as view,
        '' as member,
        min(won_on) as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from deals
    group by account_key
)

select * from final
