-- One row per person. Each attribute is the first one that a record has, in the order of person_attributes.
with records as (
    select * from {{ ref('person_attributes') }}
),

keys as (
    select person_key from {{ ref('person_records') }} group by person_key
),

merged as (
    select
        person_key,
        min_by(full_name, record_rank) filter (where full_name is not null) as full_name,
        min_by(last_name, record_rank) filter (where last_name is not null) as last_name,
        min_by(first_name, record_rank) filter (where last_name is not null) as first_name,
        min_by(email, record_rank) filter (where email is not null) as email,
        min_by(phone, record_rank) filter (where phone is not null) as phone,
        min_by(company_name, record_rank) filter (where company_name is not null) as company_name,
        min_by(department, record_rank) filter (where department is not null) as department,
        min_by(job_title, record_rank) filter (where job_title is not null) as job_title,
        min_by(industry, record_rank) filter (where industry is not null) as industry,
        min_by(employees, record_rank) filter (where employees is not null) as employees,
        min_by(region, record_rank) filter (where region is not null) as region,
        min_by(purpose, record_rank) filter (where purpose is not null) as purpose,
        min_by(score, record_rank) filter (where score is not null) as score,
        min(original_source) filter (where birth_rank = 1) as original_source,
        min_by(campaign_id, birth_rank) filter (where campaign_id is not null) as first_campaign_id,
        bool_or(coalesce(is_opted_out, false)) as is_opted_out,
        bool_and(is_deleted) as is_deleted,
        min(created_at) as first_created_at,
        count(*) filter (where record_type = 'ma_person') as ma_record_cnt,
        count(*) filter (where record_type = 'crm_lead') as crm_lead_cnt,
        count(*) filter (where record_type = 'crm_contact') as crm_contact_cnt
    from records
    group by person_key
),

placed as (
    select
        keys.person_key as key_of_person,
        accounts.account_key,
        accounts.name as account_name,
        accounts.industry as account_industry,
        accounts.employees as account_employees,
        accounts.region as account_region,
        channels.channel as mapped_channel,
        merged.*,
        least(
            coalesce(merged.first_created_at, responses.first_response_at),
            coalesce(responses.first_response_at, merged.first_created_at)
        ) as first_seen_at
    from keys
    left join merged on keys.person_key = merged.person_key
    left join {{ ref('person_first_responses') }} as responses on keys.person_key = responses.person_key
    left join {{ ref('person_accounts') }} as person_accounts on keys.person_key = person_accounts.person_key
    left join {{ ref('con_accounts') }} as accounts on person_accounts.account_key = accounts.account_key
    left join {{ ref('channels') }} as channels on lower({{ trimmed('merged.original_source') }}) = channels.source_value
),

final as (
    select
        key_of_person as person_key,
        account_key,
        email,
        full_name,
        last_name,
        first_name,
        phone,
        coalesce(company_name, account_name) as company_name,
        department,
        job_title,
        coalesce(industry, account_industry) as industry,
        coalesce(employees, account_employees) as employees,
        coalesce(region, account_region) as region,
        purpose,
        original_source,
        coalesce(mapped_channel, lower({{ trimmed('original_source') }})) as channel,
        first_campaign_id,
        coalesce(is_opted_out, false) as is_opted_out,
        first_seen_at,
        {{ business_date('first_seen_at') }} as first_seen_on,
        -- a person of whom only merges tell is deleted everywhere
        coalesce(is_deleted, true) as is_deleted,
        coalesce(ma_record_cnt, 0) as ma_record_cnt,
        coalesce(crm_lead_cnt, 0) as crm_lead_cnt,
        coalesce(crm_contact_cnt, 0) as crm_contact_cnt,
        score as current_score
    from placed
)

select * from final
