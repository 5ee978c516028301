-- Each record of a person in any system has exactly one person.
with records as (
    select source_system, 'ma_person' as record_type, ma_id as record_id from {{ ref('ma_person') }}
    union all
    select source_system, 'crm_lead' as record_type, crm_lead_id as record_id from {{ ref('crm_lead') }}
    union all
    select source_system, 'crm_contact' as record_type, crm_contact_id as record_id from {{ ref('crm_contact') }}
)

select records.source_system, records.record_type, records.record_id, count(person_records.person_key) as person_cnt
from records
left join {{ ref('person_records') }} as person_records
    on records.source_system = person_records.source_system
    and records.record_type = person_records.record_type
    and records.record_id = person_records.record_id
group by 1, 2, 3
having count(person_records.person_key) <> 1
