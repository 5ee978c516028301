-- What each record says of its person, in the order in which it is believed: MA, then CRM lead, then CRM contact; within
-- each the newest first. `record_rank` counts 1, 2, … within the person.
with delivered as (
    select
        *,
        case record_type when 'ma_person' then 1 when 'crm_lead' then 2 else 3 end as type_rank
    from {{ ref('person_records') }}
    where is_delivered
),

-- before the join: what is sorted here is narrow
records as (
    select
        *,
        row_number() over (partition by person_key order by type_rank, updated_at desc nulls last, node_id nulls last) as record_rank,
        row_number() over (partition by person_key order by type_rank, created_at nulls last, node_id nulls last) as birth_rank
    from delivered
),

said as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id,
        email, full_name, last_name, first_name, phone, company_name, department, job_title, industry, employees, region,
        purpose, original_source, cast(null as {{ dbt.type_string() }}) as campaign_id, is_opted_out, score
    from {{ ref('ma_person') }}
    union all
    select
        source_system, 'crm_lead', crm_lead_id,
        email, full_name, last_name, first_name, phone, company_name, department, job_title, industry, employees, region,
        null, lead_source, campaign_id, null, null
    from {{ ref('crm_lead') }}
    union all
    select
        source_system, 'crm_contact', crm_contact_id,
        email, full_name, last_name, first_name, phone, null, department, job_title, null, null, null,
        null, null, null, null, null
    from {{ ref('crm_contact') }}
),

final as (
    select
        records.person_key,
        records.source_system,
        records.record_type,
        records.record_id,
        records.created_at,
        records.is_deleted,
        said.email,
        coalesce(said.full_name, said.last_name || coalesce(' ' || said.first_name, ''), said.first_name) as full_name,
        said.last_name,
        said.first_name,
        said.phone,
        said.company_name,
        said.department,
        said.job_title,
        said.industry,
        said.employees,
        said.region,
        said.purpose,
        said.original_source,
        said.campaign_id,
        said.is_opted_out,
        said.score,
        records.record_rank,
        records.birth_rank
    from records
    inner join said
        on records.source_system = said.source_system
        and records.record_type = said.record_type
        and records.record_id = said.record_id
)

select * from final
