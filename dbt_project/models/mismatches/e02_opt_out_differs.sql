-- MA records and the leads or contacts they are linked to, of which one refuses mail and the other does not.
{# Many tools write the flag once somebody refuses: where a table tells any, an empty one has not. #}
{%- set told = 'coalesce(is_opted_out, case when count(is_opted_out) over (partition by source_system) > 0 then false end) as is_opted_out' %}
with ma_people as (
    select source_system, ma_id, {{ told }}, opted_out_at, updated_at
    from {{ ref('ma_person') }}
),

crm_people as (
    select source_system, 'crm_lead' as record_type, crm_lead_id as record_id, {{ told }}, opted_out_at, updated_at
    from {{ ref('crm_lead') }}
    union all
    select source_system, 'crm_contact', crm_contact_id, {{ told }}, opted_out_at, updated_at
    from {{ ref('crm_contact') }}
),

compared as (
    select
        pairs.person_key,
        pairs.ma_id,
        pairs.crm_record_id,
        pairs.crm_table,
        ma_people.is_opted_out as is_out_in_ma,
        crm_people.is_opted_out as is_out_in_crm,
        -- a refusal has a time of its own
        greatest(
            case when ma_people.is_opted_out then least(ma_people.opted_out_at, ma_people.updated_at) else ma_people.updated_at end,
            case when crm_people.is_opted_out then least(crm_people.opted_out_at, crm_people.updated_at) else crm_people.updated_at end
        ) as changed_at
    from {{ ref('ma_crm_pairs') }} as pairs
    inner join ma_people
        on pairs.ma_system = ma_people.source_system and pairs.ma_id = ma_people.ma_id
    inner join crm_people
        on pairs.crm_system = crm_people.source_system
        and pairs.crm_table = crm_people.record_type
        and pairs.crm_record_id = crm_people.record_id
    where not pairs.is_converted and ma_people.is_opted_out <> crm_people.is_opted_out
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        ma_id as ma_record_id,
        crm_record_id,
        crm_table,
        case when is_out_in_ma then 'opted out' else 'subscribed' end as ma_value,
        case when is_out_in_crm then 'opted out' else 'subscribed' end as crm_value,
        '' as detail,
        null as amount_at_stake,
        changed_at as occurred_at,
        changed_at
    from compared
)

select * from final
