-- Live records that refuse marketing mail, with the time since when, where it is known: the record's, else the first event that says so.
with flagged as (
    select source_system, 'ma_person' as record_type, ma_id as record_id, opted_out_at from {{ ref('ma_person') }} where is_opted_out
    union all
    select source_system, 'crm_lead', crm_lead_id, opted_out_at from {{ ref('crm_lead') }} where is_opted_out
    union all
    select source_system, 'crm_contact', crm_contact_id, opted_out_at from {{ ref('crm_contact') }} where is_opted_out
),

events as (
    select source_system, record_id, min(occurred_at) as opted_out_at
    from {{ ref('activities') }}
    where activity_type = 'email_unsubscribed' and activity_origin = 'ma'
    group by source_system, record_id
),

final as (
    select
        records.source_system,
        records.record_type,
        records.record_id,
        records.person_key,
        records.created_at,
        coalesce(flagged.opted_out_at, events.opted_out_at) as opted_out_at
    from flagged
    inner join {{ ref('live_person_records') }} as records
        on flagged.source_system = records.source_system
        and flagged.record_type = records.record_type
        and flagged.record_id = records.record_id
    left join events
        on flagged.record_type = 'ma_person'
        and flagged.source_system = events.source_system
        and flagged.record_id = events.record_id
    where records.is_countable
)

select * from final
