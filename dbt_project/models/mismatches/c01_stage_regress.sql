-- MA lifecycles that went back, though no cycle of the person had come back to marketing since.
with records as (
    select source_system, record_id, person_key from {{ ref('live_person_records') }} where record_type = 'ma_person' and is_countable
),

changes as (
    select changes.*, records.person_key
    from {{ ref('ma_lifecycle_changes') }} as changes
    inner join records on changes.source_system = records.source_system and changes.ma_id = records.record_id
    where changes.stage_order < changes.previous_order
        and changes.changed_at <= {{ cross_system_cutoff('ma', 'crm') }}
),

returns as (
    select events.person_key, events.occurred_at
    from {{ ref('con_stage_events') }} as events
    inner join {{ ref('lead_stages') }} as stages on events.stage = stages.stage and stages.kind = 'exit'
    where events.person_key is not null
    union
    -- of every person of an opportunity, not only of the primary one
    select cycles.person_key, events.occurred_at
    from {{ ref('con_stage_events') }} as events
    inner join {{ ref('lead_stages') }} as stages on events.stage = stages.stage and stages.kind = 'exit'
    inner join {{ ref('cycle_opportunities') }} as cycles on events.opportunity_id = cycles.opportunity_id
    where cycles.person_key is not null
),

legal as (
    select changes.source_system, changes.history_id
    from changes
    inner join returns
        on changes.person_key = returns.person_key
        and returns.occurred_at >= changes.previous_changed_at
        and returns.occurred_at <= {{ add_seconds('changes.changed_at', mismatch_tolerance('c01_return_hours') ~ ' * 3600') }}
    group by changes.source_system, changes.history_id
),

final as (
    select
        'person' as subject_type,
        changes.person_key as subject_id,
        changes.ma_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        changes.previous_value || ' -> ' || changes.new_value as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        {{ instant_text('changes.changed_at') }} as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        changes.changed_at as occurred_at
    from changes
    left join legal on changes.source_system = legal.source_system and changes.history_id = legal.history_id
    where legal.history_id is null
)

select * from final
