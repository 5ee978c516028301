-- What a live MA record's lifecycle value at as_of claims, and since when (by its history; else unknown). The record has its value of now: where
-- its history tells of a change after as_of, the last one before counts.
with histories as (
    select
        history.source_system,
        history.ma_id,
        bool_or(history.changed_at > run_parameters.as_of) as has_changed_since,
        max_by(history.new_value, history.changed_at) filter (where history.changed_at <= run_parameters.as_of) as value_then
    from {{ ref('ma_stage_history') }} as history
    cross join {{ ref('run_parameters') }} as run_parameters
    where history.property = 'lifecycle_stage'
    group by history.source_system, history.ma_id
),

records as (
    select
        records.source_system, records.record_id, records.person_key, records.created_at,
        case when histories.has_changed_since then histories.value_then else persons.lifecycle_stage end as lifecycle_stage
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as persons
        on records.record_type = 'ma_person'
        and records.source_system = persons.source_system
        and records.record_id = persons.ma_id
    left join histories
        on persons.source_system = histories.source_system and persons.ma_id = histories.ma_id
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
