-- People in a hot cycle that no mail reaches: all their live MA records have bounced for good.
with cycles as (
    select lead_id, person_key, closed_at
    from {{ ref('lead_cycles') }}
    where person_key is not null
    qualify row_number() over (partition by person_key order by cycle_no desc) = 1
),

addresses as (
    select
        records.person_key,
        records.record_id as ma_id,
        bool_and(coalesce(lower(ma_people.bounce) = 'hard', false)) over (partition by records.person_key) as is_unreachable,
        row_number() over (partition by records.person_key order by records.created_at nulls last, records.record_id nulls last) as record_no
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as ma_people
        on records.source_system = ma_people.source_system and records.record_id = ma_people.ma_id
    where records.record_type = 'ma_person' and records.is_countable
),

unreachable as (
    select person_key, ma_id from addresses where is_unreachable and record_no = 1
),

final as (
    select
        'lead_cycle' as subject_type,
        cycles.lead_id as subject_id,
        unreachable.ma_id as ma_record_id,
        null as crm_record_id,
        'hard bounce, hot' as ma_value,
        null as crm_value,
        '' as detail,
        null as amount_at_stake,
        hot.evaluated_at as occurred_at
    from unreachable
    inner join cycles on unreachable.person_key = cycles.person_key and cycles.closed_at is null
    inner join {{ ref('hot_leads') }} as hot on cycles.lead_id = hot.lead_id and hot.is_hot
)

select * from final
