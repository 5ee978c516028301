-- MA records and the first leads of their people, whose sources are of different families of channels.
with families as (
    select channels.source_value, families.family
    from {{ ref('channels') }} as channels
    inner join {{ ref('channel_families') }} as families on channels.channel = families.channel
),

ma_people as (
    select persons.*, records.person_key, families.family
    from {{ ref('ma_person') }} as persons
    inner join {{ ref('live_person_records') }} as records
        on persons.source_system = records.source_system
        and records.record_type = 'ma_person'
        and persons.ma_id = records.record_id
    inner join families on lower(persons.original_source) = families.source_value
    where records.is_countable
),

first_leads as (
    select leads.source_system, leads.crm_lead_id, leads.ma_id, leads.lead_source, leads.updated_at
    from {{ ref('crm_lead') }} as leads
    inner join {{ ref('live_person_records') }} as records
        on leads.source_system = records.source_system
        and records.record_type = 'crm_lead'
        and leads.crm_lead_id = records.record_id
    qualify row_number() over (partition by records.person_key order by leads.created_at nulls last, leads.crm_lead_id nulls last) = 1
),

links as (
    select ma_id, crm_lead_id from first_leads where ma_id is not null
    union
    select ma_id, crm_lead_id from ma_people where crm_lead_id is not null
),

final as (
    select
        'person' as subject_type,
        ma_people.person_key as subject_id,
        ma_people.ma_id as ma_record_id,
        first_leads.crm_lead_id as crm_record_id,
        ma_people.original_source as ma_value,
        first_leads.lead_source as crm_value,
        '' as detail,
        null as amount_at_stake,
        greatest(ma_people.updated_at, first_leads.updated_at) as occurred_at,
        greatest(ma_people.updated_at, first_leads.updated_at) as changed_at
    from links
    inner join ma_people on links.ma_id = ma_people.ma_id
    inner join first_leads on links.crm_lead_id = first_leads.crm_lead_id
    inner join families on lower(first_leads.lead_source) = families.source_value
    where ma_people.family <> families.family
)

select * from final
