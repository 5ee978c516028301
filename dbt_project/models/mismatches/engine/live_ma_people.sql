-- MA records that are there, of a countable person; with since when their stage and their owner stand.
with history as (
    select source_system, ma_id, property, max(changed_at) as changed_at
    from {{ ref('ma_stage_history') }}
    where property in ('lifecycle_stage', 'owner_id')
    group by source_system, ma_id, property
),

mapping as (
    select * from {{ ref('lead_stage_mapping') }} where object = 'person' and field = 'lifecycle_stage'
),

final as (
    select
        ma_people.source_system,
        ma_people.ma_id,
        persons.person_key,
        row_number() over (
            partition by persons.person_key order by ma_people.created_at nulls last, ma_people.ma_id nulls last, ma_people.source_system nulls last
        ) as record_no,
        ma_people.lifecycle_stage,
        mapping.stage,
        coalesce(stages.changed_at, ma_people.created_at) as stage_since,
        ma_people.owner_id,
        coalesce(owners.changed_at, ma_people.created_at) as owner_since,
        nullif(ma_people.crm_lead_id, '') as crm_lead_id,
        nullif(ma_people.crm_contact_id, '') as crm_contact_id,
        ma_people.crm_synced_at,
        nullif(ma_people.sync_error, '') as sync_error,
        ma_people.last_name, ma_people.company_name, ma_people.phone, ma_people.job_title, ma_people.department, ma_people.industry,
        ma_people.region,
        ma_people.created_at,
        ma_people.updated_at
    from {{ ref('ma_person') }} as ma_people
    inner join {{ ref('live_person_records') }} as persons
        on ma_people.source_system = persons.source_system
        and persons.record_type = 'ma_person'
        and ma_people.ma_id = persons.record_id
        and persons.is_countable
    cross join {{ ref('run_parameters') }} as run_parameters
    left join history as stages
        on stages.property = 'lifecycle_stage'
        and ma_people.source_system = stages.source_system and ma_people.ma_id = stages.ma_id
    left join history as owners
        on owners.property = 'owner_id'
        and ma_people.source_system = owners.source_system and ma_people.ma_id = owners.ma_id
    left join mapping
        on ma_people.source_system = mapping.source_system
        and lower({{ trimmed('ma_people.lifecycle_stage') }}) = mapping.source_value
        and {{ in_force('mapping', 'run_parameters.as_of_on') }}
)

select * from final
