with leads as (
    {{ newest_rows('salesforce', 'leads') }}
),

history as (
    {{ newest_rows('salesforce', 'lead_history') }}
),

-- the lead itself keeps only the date of its conversion
conversions as (
    select lead_id, max(created_date) as converted_at
    from history
    where {{ salesforce_field_name('field') }} = 'converted'
    group by lead_id
),

final as (
    select
        leads.id as crm_lead_id,
        leads.ma_id,
        leads.email,
        leads.last_name,
        leads.first_name,
        case when leads.last_name is null then leads.name end as full_name,
        leads.company as company_name,
        leads.corporate_number,
        leads.website,
        leads.phone,
        leads.department,
        leads.title as job_title,
        leads.industry,
        leads.number_of_employees as employees,
        leads.state as region,
        leads.status,
        leads.lead_source,
        leads.rating,
        leads.owner_id,
        leads.has_opted_out_of_email as is_opted_out,
        leads.opted_out_at,
        leads.campaign_id,
        leads.reject_reason,
        coalesce(leads.is_converted, false) as is_converted,
        leads.converted_date as converted_on,
        case when leads.is_converted then conversions.converted_at end as converted_at,
        leads.converted_account_id,
        leads.converted_contact_id,
        leads.no_opportunity as is_no_opportunity,
        leads.converted_opportunity_id,
        leads.master_record_id,
        leads.assigned_at,
        leads.accepted_at,
        leads.created_date as created_at,
        coalesce(leads.last_modified_date, leads.system_modstamp) as updated_at,
        {{ is_gone(['is_deleted', '_fivetran_deleted'], rows='leads') }} as is_deleted,
        {{ gone_at(['is_deleted', '_fivetran_deleted'], ['last_modified_date', 'system_modstamp'], rows='leads') }} as deleted_at
    from leads
    left join conversions on leads.id = conversions.lead_id
)

select * from final
