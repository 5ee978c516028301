-- CRM leads whose source says that marketing brought them, of people whom the MA does not know.
with leads as (
    select * from {{ ref('crm_lead') }}
    where not coalesce(is_deleted, false)
        and master_record_id is null
        and created_at <= {{ cross_system_cutoff('ma', 'crm') }}
),

persons as (
    select * from {{ ref('person_records') }}
),

people_in_ma as (
    select person_key from persons where record_type = 'ma_person' and is_delivered group by person_key
),

final as (
    select
        'person' as subject_type,
        persons.person_key as subject_id,
        null as ma_record_id,
        leads.crm_lead_id as crm_record_id,
        null as ma_value,
        leads.lead_source as crm_value,
        '' as detail,
        null as amount_at_stake,
        leads.created_at as occurred_at
    from leads
    inner join {{ ref('origins') }} as origins
        on origins.object = 'lead_source'
        and lower({{ trimmed('leads.lead_source') }}) = origins.source_value
        and origins.origin = 'relay'
    inner join persons
        on leads.source_system = persons.source_system
        and persons.record_type = 'crm_lead'
        and leads.crm_lead_id = persons.record_id
    inner join {{ ref('countable_people') }} as countable
        on persons.person_key = countable.person_key and countable.is_countable
    left join people_in_ma on persons.person_key = people_in_ma.person_key
    where people_in_ma.person_key is null
)

select * from final
