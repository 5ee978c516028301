with leads as (
    {{ newest_rows('olist', 'marketing_qualified_leads') }}
),

final as (
    select
        mql_id as ma_id,
        origin as original_source,
        {{ business_day_start('first_contact_date') }} as created_at,
        first_contact_date as created_on,
        {{ is_gone([]) }} as is_deleted,
        {{ gone_at([], []) }} as deleted_at
    from leads
)

select * from final
