-- Live MA records and the live leads and contacts of the same person of which one names the other. A link names no system: where two systems
-- number alike, the person tells whose record is meant.
with ma_people as (
    select source_system, ma_id, person_key, crm_lead_id, crm_contact_id from {{ ref('live_ma_people') }}
),

crm_people as (
    {%- for kind in ['lead', 'contact'] %}
    select live.source_system, live.record_type, live.record_id, live.person_key, live.is_converted, records.ma_id
    from {{ ref('live_person_records') }} as live
    inner join {{ ref('crm_' ~ kind) }} as records
        on live.record_type = 'crm_{{ kind }}'
        and live.source_system = records.source_system
        and live.record_id = records.crm_{{ kind }}_id
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

{%- set links = [
    'ma_people.ma_id = crm_people.ma_id',
    "ma_people.crm_lead_id = crm_people.record_id and crm_people.record_type = 'crm_lead'",
    "ma_people.crm_contact_id = crm_people.record_id and crm_people.record_type = 'crm_contact'",
] %}
linked as (
    {%- for link in links %}
    select
        ma_people.source_system as ma_system,
        ma_people.ma_id,
        crm_people.source_system as crm_system,
        crm_people.record_type as crm_table,
        crm_people.record_id as crm_record_id,
        crm_people.is_converted,
        ma_people.person_key
    from ma_people
    inner join crm_people on ma_people.person_key = crm_people.person_key and {{ link }}
    {{ 'union' if not loop.last }}
    {%- endfor %}
),

-- of one person's records that number alike any: their findings have one id
final as (
    select *
    from linked
    qualify row_number() over (
        partition by person_key, ma_id, crm_table, crm_record_id order by ma_system nulls last, crm_system nulls last
    ) = 1
)

select * from final
