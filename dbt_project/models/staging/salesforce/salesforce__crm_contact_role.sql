with roles as (
    {{ newest_rows('salesforce', 'opportunity_contact_roles') }}
),

final as (
    select
        id as role_id,
        opportunity_id as crm_opportunity_id,
        contact_id as crm_contact_id,
        role,
        coalesce(is_primary, false) as is_primary,
        created_date as created_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted
    from roles
    where opportunity_id is not null and contact_id is not null
)

select * from final
