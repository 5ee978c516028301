{# Where to look a subject up: a record of it in the MA and one in the CRM, of several the one created first. #}
with records as (
    select
        person_key,
        min_by(record_id, coalesce(created_at, timestamp '9999-12-31 00:00:00')) filter (where record_type = 'ma_person') as ma_record_id,
        min_by(record_id, coalesce(created_at, timestamp '9999-12-31 00:00:00')) filter (where record_type <> 'ma_person') as crm_record_id
    from {{ ref('person_records') }}
    group by person_key
),

-- of a cycle without person its opportunity's record
lone_opportunities as (
    select lead_id, min(crm_opportunity_id) as crm_opportunity_id
    from {{ ref('con_opportunities') }}
    where person_key is null and lead_id is not null
    group by lead_id
),

subjects as (
    select 'person' as subject_type, person_key as subject_id, person_key, cast(null as {{ dbt.type_string() }}) as crm_opportunity_id
    from records
    union all
    select 'lead_cycle', leads.lead_id, leads.person_key, lone_opportunities.crm_opportunity_id
    from {{ ref('lead_facts') }} as leads
    left join lone_opportunities on leads.lead_id = lone_opportunities.lead_id
    union all
    select 'response', response_id, person_key, null
    from {{ ref('responses') }}
    union all
    select 'meeting', meeting_id, person_key, null
    from {{ ref('meetings') }}
    union all
    select 'contract', contracts.contract_id, opportunities.person_key, opportunities.crm_opportunity_id
    from {{ ref('con_contracts') }} as contracts
    join {{ ref('con_opportunities') }} as opportunities on contracts.opportunity_id = opportunities.opportunity_id
    union all
    select 'opportunity', opportunity_id, person_key, crm_opportunity_id
    from {{ ref('con_opportunities') }}
),

final as (
    select
        subjects.subject_type,
        subjects.subject_id,
        records.ma_record_id,
        coalesce(subjects.crm_opportunity_id, records.crm_record_id) as crm_record_id
    from subjects
    left join records on subjects.person_key = records.person_key
)

select * from final
