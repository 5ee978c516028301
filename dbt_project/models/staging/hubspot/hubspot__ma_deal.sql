with deals as (
    {{ newest_rows('hubspot', 'deals') }}
),

final as (
    select
        id as deal_id,
        salesforceopportunityid as crm_opportunity_id,
        amount,
        deal_currency_code as currency,
        createdate as created_at,
        lastmodifieddate as updated_at,
        {{ is_gone(['archived', '_fivetran_deleted']) }} as is_deleted
    from deals
)

select * from final
