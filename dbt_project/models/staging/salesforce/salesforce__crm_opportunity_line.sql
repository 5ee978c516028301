with lines as (
    {{ newest_rows('salesforce', 'opportunity_line_items') }}
),

final as (
    select
        id as line_id,
        opportunity_id as crm_opportunity_id,
        total_price,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted
    from lines
    where opportunity_id is not null
)

select * from final
