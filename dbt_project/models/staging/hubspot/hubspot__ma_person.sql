with contacts as (
    {{ newest_rows('hubspot', 'contacts') }}
),

final as (
    select
        id as ma_id,
        email,
        lastname as last_name,
        firstname as first_name,
        company as company_name,
        corporate_number,
        phone,
        department,
        jobtitle as job_title,
        industry,
        numemployees as employees,
        state as region,
        purpose,
        hubspotscore as score,
        {{ hubspot_stage_code('lifecyclestage') }} as lifecycle_stage,
        hs_lead_status as lead_status,
        {{ hubspot_source_code('hs_analytics_source') }} as original_source,
        utm_source,
        utm_medium,
        utm_campaign,
        hs_analytics_first_url as first_url,
        hubspot_owner_id as owner_id,
        hs_email_optout as is_opted_out,
        hs_email_optout_date as opted_out_at,
        case when hs_email_hard_bounce_reason_enum is not null then 'hard' end as bounce,
        salesforceleadid as crm_lead_id,
        salesforcecontactid as crm_contact_id,
        salesforceaccountid as crm_account_id,
        salesforcelastsynctime as crm_synced_at,
        sync_error,
        createdate as created_at,
        lastmodifieddate as updated_at,
        {{ is_gone(['archived', '_fivetran_deleted']) }} as is_deleted,
        {{ gone_at(['archived', '_fivetran_deleted'], ['archived_at', '_fivetran_synced', 'lastmodifieddate']) }} as deleted_at,
        _extracted_at as delivered_at
    from contacts
)

select * from final
