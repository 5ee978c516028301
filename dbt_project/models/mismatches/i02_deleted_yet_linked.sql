-- MA records that still point at a lead or contact which the CRM has deleted, or does not have at all.
with ma_people as (
    select persons.*, records.person_key
    from {{ ref('ma_person') }} as persons
    inner join {{ ref('live_person_records') }} as records
        on persons.source_system = records.source_system
        and records.record_type = 'ma_person'
        and persons.ma_id = records.record_id
    where records.is_countable
),

{# The MA does not say which CRM it means: of two that number alike, the record that is there, else the last that went. #}
{%- for kind in ['contact', 'lead'] %}
{{ kind }}s as (
    select record_id, is_deleted, master_record_id, gone_at
    from (
        select
            crm_{{ kind }}_id as record_id, is_deleted, master_record_id, coalesce(deleted_at, updated_at) as gone_at,
            row_number() over (
                partition by crm_{{ kind }}_id
                order by case when is_deleted then 1 else 0 end, coalesce(deleted_at, updated_at) desc nulls last, source_system nulls last
            ) as choice_no
        from {{ ref('crm_' ~ kind) }}
    ) as numbered
    where choice_no = 1
),
{%- endfor %}

links as (
    select
        ma_people.person_key, ma_people.ma_id, ma_people.updated_at, 'contact' as kind, ma_people.crm_contact_id as linked_id, contacts.*,
        cast(null as timestamp) as contact_gone_at
    from ma_people
    left join contacts on ma_people.crm_contact_id = contacts.record_id
    where ma_people.crm_contact_id is not null and exists (select 1 from contacts)
    union all
    -- a converted lead is gone; it is missed when its contact is gone too
    select
        ma_people.person_key, ma_people.ma_id, ma_people.updated_at, 'lead', ma_people.crm_lead_id, leads.*,
        case when contacts.record_id is not null then contacts.gone_at when ma_people.crm_contact_id is not null then ma_people.updated_at end
    from ma_people
    left join leads on ma_people.crm_lead_id = leads.record_id
    left join contacts on ma_people.crm_contact_id = contacts.record_id
    where ma_people.crm_lead_id is not null and (contacts.record_id is null or contacts.is_deleted) and exists (select 1 from leads)
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        ma_id as ma_record_id,
        linked_id as crm_record_id,
        'crm_' || kind as crm_table,
        kind || ' linked' as ma_value,
        case when record_id is null then kind || ' missing' else kind || ' deleted' end as crm_value,
        '' as detail,
        null as amount_at_stake,
        greatest(case when record_id is null then updated_at else gone_at end, contact_gone_at) as occurred_at,
        greatest(case when record_id is null then updated_at else gone_at end, contact_gone_at) as changed_at
    from links
    where record_id is null or (is_deleted and master_record_id is null)
)

select * from final
