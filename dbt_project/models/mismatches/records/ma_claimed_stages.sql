-- What a live MA record's current lifecycle value claims, and since when (by its history; else unknown).
with records as (
    select records.source_system, records.record_id, records.person_key, records.created_at, persons.lifecycle_stage
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as persons
        on records.record_type = 'ma_person'
        and records.source_system = persons.source_system
        and records.record_id = persons.ma_id
    where records.is_countable
),

since as (
    select source_system, ma_id, lower(new_value) as value, max(changed_at) as changed_at
    from {{ ref('ma_lifecycle_changes') }}
    group by source_system, ma_id, lower(new_value)
),

final as (
    select
        records.source_system,
        records.record_id as ma_id,
        records.person_key,
        records.created_at,
        records.lifecycle_stage,
        claims.stage as claimed_stage,
        stages.stage_order as claimed_order,
        since.changed_at as claimed_since
    from records
    inner join {{ ref('lifecycle_stages') }} as claims
        on records.source_system = claims.source_system and lower(records.lifecycle_stage) = claims.source_value
    inner join {{ ref('lead_stages') }} as stages on claims.stage = stages.stage
    left join since
        on records.source_system = since.source_system
        and records.record_id = since.ma_id
        and claims.source_value = since.value
)

select * from final
