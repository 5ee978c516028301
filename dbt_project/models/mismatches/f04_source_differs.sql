-- MA records and the first leads of their people, whose sources are of different families of channels.
with families as (
    select channels.source_value, families.family
    from {{ ref('channels') }} as channels
    inner join {{ ref('channel_families') }} as families on channels.channel = families.channel
),

ma_people as (
    select persons.source_system, persons.ma_id, persons.original_source, persons.updated_at, families.family
    from {{ ref('ma_person') }} as persons
    inner join families on lower(persons.original_source) = families.source_value
),

first_leads as (
    select leads.source_system, leads.crm_lead_id, leads.lead_source, leads.updated_at
    from {{ ref('crm_lead') }} as leads
    inner join {{ ref('live_person_records') }} as records
        on leads.source_system = records.source_system
        and records.record_type = 'crm_lead'
        and leads.crm_lead_id = records.record_id
    qualify row_number() over (partition by records.person_key order by leads.created_at nulls last, leads.crm_lead_id nulls last) = 1
),

final as (
    select
        'person' as subject_type,
        pairs.person_key as subject_id,
        ma_people.ma_id as ma_record_id,
        first_leads.crm_lead_id as crm_record_id,
        ma_people.original_source as ma_value,
        first_leads.lead_source as crm_value,
        '' as detail,
        null as amount_at_stake,
        greatest(ma_people.updated_at, first_leads.updated_at) as occurred_at,
        greatest(ma_people.updated_at, first_leads.updated_at) as changed_at
    from {{ ref('ma_crm_pairs') }} as pairs
    inner join ma_people on pairs.ma_system = ma_people.source_system and pairs.ma_id = ma_people.ma_id
    inner join first_leads
        on pairs.crm_table = 'crm_lead' and pairs.crm_system = first_leads.source_system and pairs.crm_record_id = first_leads.crm_lead_id
    inner join families on lower(first_leads.lead_source) = families.source_value
    where ma_people.family <> families.family
)

select * from final
