-- MA records that handed a cycle over and whose person has nothing in the CRM.
with handed_over as (
    select lead_id, person_key, source_system, source_record_id as ma_id, handed_over_at
    from {{ ref('stage_handed_over') }}
    where handed_over_at <= {{ cross_system_cutoff('ma', 'crm') }}
    qualify row_number() over (partition by source_system, source_record_id order by handed_over_at desc nulls last, lead_id nulls last) = 1
),

ma_people as (
    select ma_people.source_system, ma_people.ma_id, ma_people.lifecycle_stage
    from {{ ref('ma_person') }} as ma_people
    left join {{ ref('ma_merge') }} as merges
        on ma_people.source_system = merges.source_system and ma_people.ma_id = merges.loser_id
    where not coalesce(ma_people.is_deleted, false) and merges.loser_id is null
),

crm_records as (
    select source_system, 'crm_lead' as record_type, crm_lead_id as record_id
    from {{ ref('crm_lead') }}
    where not coalesce(is_deleted, false) and master_record_id is null
    union all
    select source_system, 'crm_contact', crm_contact_id
    from {{ ref('crm_contact') }}
    where not coalesce(is_deleted, false) and master_record_id is null
),

people_in_crm as (
    select persons.person_key
    from crm_records
    inner join {{ ref('person_records') }} as persons
        on crm_records.source_system = persons.source_system
        and crm_records.record_type = persons.record_type
        and crm_records.record_id = persons.record_id
    group by persons.person_key
),

final as (
    select
        'lead_cycle' as subject_type,
        handed_over.lead_id as subject_id,
        handed_over.ma_id as ma_record_id,
        null as crm_record_id,
        ma_people.lifecycle_stage as ma_value,
        null as crm_value,
        '' as detail,
        null as amount_at_stake,
        handed_over.handed_over_at as occurred_at
    from handed_over
    inner join ma_people on handed_over.source_system = ma_people.source_system and handed_over.ma_id = ma_people.ma_id
    inner join {{ ref('countable_people') }} as countable
        on handed_over.person_key = countable.person_key and countable.is_countable
    left join people_in_crm on handed_over.person_key = people_in_crm.person_key
    where people_in_crm.person_key is null
)

select * from final
