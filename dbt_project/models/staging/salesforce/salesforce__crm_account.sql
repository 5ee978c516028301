with accounts as (
    {{ newest_rows('salesforce', 'accounts') }}
),

final as (
    select
        id as crm_account_id,
        -- the account of a person (person accounts) has that person's name, which is the contact's
        case when not coalesce(is_person_account, false) then name end as name,
        corporate_number,
        website,
        industry,
        number_of_employees as employees,
        billing_state as region,
        type as account_type,
        parent_id as parent_account_id,
        owner_id,
        master_record_id,
        created_date as created_at,
        coalesce(last_modified_date, system_modstamp) as updated_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted,
        {{ gone_at(['is_deleted', '_fivetran_deleted'], ['last_modified_date', 'system_modstamp']) }} as deleted_at
    from accounts
)

select * from final
