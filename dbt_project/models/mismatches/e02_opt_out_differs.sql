-- MA records and the leads or contacts they are linked to, of which one refuses mail and the other does not.
with ma_people as (
    select ma_people.*, records.person_key
    from {{ ref('ma_person') }} as ma_people
    inner join {{ ref('live_person_records') }} as records
        on ma_people.source_system = records.source_system
        and records.record_type = 'ma_person'
        and ma_people.ma_id = records.record_id
    where records.is_countable and ma_people.is_opted_out is not null
),

crm_people as (
    select source_system, 'crm_lead' as record_type, crm_lead_id as record_id, ma_id, is_opted_out, opted_out_at, updated_at
    from {{ ref('crm_lead') }}
    union all
    select source_system, 'crm_contact', crm_contact_id, ma_id, is_opted_out, opted_out_at, updated_at
    from {{ ref('crm_contact') }}
),

live_crm_people as (
    select crm_people.*, records.person_key
    from crm_people
    inner join {{ ref('live_person_records') }} as records
        on crm_people.source_system = records.source_system
        and crm_people.record_type = records.record_type
        and crm_people.record_id = records.record_id
    where crm_people.is_opted_out is not null and not records.is_converted
),

links as (
    select ma_id, record_type, record_id from live_crm_people where ma_id is not null
    union
    select ma_id, 'crm_lead', crm_lead_id from ma_people where crm_lead_id is not null
    union
    select ma_id, 'crm_contact', crm_contact_id from ma_people where crm_contact_id is not null
),

-- the MA does not say which CRM it means: of two that number alike, the record of the same person
linked as (
    select
        ma_people.person_key,
        row_number() over (
            partition by ma_people.source_system, ma_people.ma_id, crm_people.record_type, crm_people.record_id
            order by case when crm_people.person_key = ma_people.person_key then 0 else 1 end, crm_people.source_system nulls last
        ) as choice_no,
        ma_people.ma_id,
        crm_people.record_type,
        crm_people.record_id,
        ma_people.is_opted_out as is_out_in_ma,
        crm_people.is_opted_out as is_out_in_crm,
        -- a refusal has a time of its own
        greatest(
            case when ma_people.is_opted_out then least(ma_people.opted_out_at, ma_people.updated_at) else ma_people.updated_at end,
            case when crm_people.is_opted_out then least(crm_people.opted_out_at, crm_people.updated_at) else crm_people.updated_at end
        ) as changed_at
    from links
    inner join ma_people on links.ma_id = ma_people.ma_id
    inner join live_crm_people as crm_people
        on links.record_type = crm_people.record_type and links.record_id = crm_people.record_id
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        ma_id as ma_record_id,
        record_id as crm_record_id,
        record_type as crm_table,
        case when is_out_in_ma then 'opted out' else 'subscribed' end as ma_value,
        case when is_out_in_crm then 'opted out' else 'subscribed' end as crm_value,
        '' as detail,
        null as amount_at_stake,
        changed_at as occurred_at,
        changed_at
    from linked
    where choice_no = 1 and is_out_in_ma <> is_out_in_crm
)

select * from final
