with contacts as (
    {{ newest_rows('salesforce', 'contacts') }}
),

final as (
    select
        id as crm_contact_id,
        account_id as crm_account_id,
        ma_id,
        email,
        last_name,
        first_name,
        case when last_name is null then name end as full_name,
        phone,
        department,
        title as job_title,
        lead_source,
        owner_id,
        has_opted_out_of_email as is_opted_out,
        opted_out_at,
        master_record_id,
        created_date as created_at,
        coalesce(last_modified_date, system_modstamp) as updated_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted,
        {{ gone_at(['is_deleted', '_fivetran_deleted'], ['last_modified_date', 'system_modstamp']) }} as deleted_at
    from contacts
)

select * from final
