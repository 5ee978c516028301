-- Live records that refuse marketing mail, with the time since when, where it is known: the record's, else that of the first
-- refusal, by history or event, since the person last agreed.
with flagged as (
    select source_system, 'ma_person' as record_type, ma_id as record_id, opted_out_at from {{ ref('ma_person') }} where is_opted_out
    union all
    select source_system, 'crm_lead', crm_lead_id, opted_out_at from {{ ref('crm_lead') }} where is_opted_out
    union all
    select source_system, 'crm_contact', crm_contact_id, opted_out_at from {{ ref('crm_contact') }} where is_opted_out
),

said as (
    select source_system, ma_id as record_id, changed_at as said_at, lower(new_value) = 'true' as is_refusal
    from {{ ref('ma_stage_history') }}
    where property = 'is_opted_out' and lower(new_value) in ('true', 'false')
    union all
    select source_system, record_id, occurred_at, true
    from {{ ref('activities') }}
    where activity_type = 'email_unsubscribed' and activity_origin = 'ma'
),

agreed as (
    select source_system, record_id, max(said_at) as agreed_at from said where not is_refusal group by source_system, record_id
),

refused as (
    select said.source_system, 'ma_person' as record_type, said.record_id, min(said.said_at) as opted_out_at
    from said
    left join agreed on said.source_system = agreed.source_system and said.record_id = agreed.record_id
    where said.is_refusal and coalesce(said.said_at > agreed.agreed_at, true)
    group by said.source_system, said.record_id
),

final as (
    select
        records.source_system,
        records.record_type,
        records.record_id,
        records.person_key,
        records.created_at,
        coalesce(flagged.opted_out_at, refused.opted_out_at) as opted_out_at
    from flagged
    inner join {{ ref('live_person_records') }} as records
        on flagged.source_system = records.source_system
        and flagged.record_type = records.record_type
        and flagged.record_id = records.record_id
    left join refused
        on flagged.record_type = refused.record_type
        and flagged.source_system = refused.source_system
        and flagged.record_id = refused.record_id
    where records.is_countable
)

select * from final
