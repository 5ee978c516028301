with deals as (
    {{ newest_rows('olist', 'closed_deals') }}
),

final as (
    select
        mql_id as crm_opportunity_id,
        'won' as stage,
        {{ business_date('won_date') }} as close_on,
        won_date as closed_at,
        sr_id as owner_id,
        true as is_closed,
        true as is_won,
        {{ is_gone([]) }} as is_deleted,
        {{ gone_at([], []) }} as deleted_at
    from deals
)

select * from final
