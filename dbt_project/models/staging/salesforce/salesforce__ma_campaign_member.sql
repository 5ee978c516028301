with members as (
    {{ newest_rows('salesforce', 'campaign_members') }}
),

final as (
    select
        id as member_id,
        campaign_id,
        ma_id,
        -- once a lead is converted its memberships carry both ids
        lead_id as crm_lead_id,
        contact_id as crm_contact_id,
        status,
        has_responded,
        first_responded_date as responded_at,
        created_date as created_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted
    from members
)

select * from final
