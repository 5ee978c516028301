with deals as (
    {{ newest_rows('olist', 'closed_deals') }}
),

final as (
    select
        mql_id as crm_lead_id,
        mql_id as ma_id,
        sdr_id as owner_id,
        true as is_converted,
        mql_id as converted_opportunity_id,
        {{ is_gone([]) }} as is_deleted,
        {{ gone_at([], []) }} as deleted_at
    from deals
)

select * from final
