-- MA records that still write to a lead which became a contact long ago.
with ma_people as (
    select * from {{ ref('live_ma_people') }}
    where crm_lead_id is not null and crm_contact_id is null
),

converted as (
    select source_system, crm_lead_id, converted_at from {{ ref('cycle_leads') }} where converted_at <= {{ cross_system_cutoff('ma', 'crm') }}
),

final as (
    select
        'person' as subject_type,
        ma_people.person_key as subject_id,
        ma_people.ma_id as ma_record_id,
        converted.crm_lead_id as crm_record_id,
        'changed ' || cast(ma_people.updated_at as {{ dbt.type_string() }}) as ma_value,
        'converted ' || cast(converted.converted_at as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        converted.converted_at as occurred_at
    from ma_people
    inner join {{ ref('ma_crm_pairs') }} as pairs
        on pairs.crm_table = 'crm_lead'
        and ma_people.source_system = pairs.ma_system and ma_people.ma_id = pairs.ma_id and ma_people.crm_lead_id = pairs.crm_record_id
    inner join converted on pairs.crm_system = converted.source_system and pairs.crm_record_id = converted.crm_lead_id
    where {{ add_seconds('converted.converted_at', '3600 * ' ~ mismatch_tolerance('b10_hours')) }} < ma_people.updated_at
)

select * from final
