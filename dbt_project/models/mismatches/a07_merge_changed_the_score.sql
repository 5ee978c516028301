-- MQLs that a merge made: the winner's score is its own and the losers' added up, and nobody did anything meanwhile.
with mqls as (
    select events.source_system, events.source_record_id as winner_id, events.source_event_id, events.person_key, events.occurred_at
    from {{ ref('stage_events_ma') }} as events
    inner join {{ ref('countable_people') }} as countable
        on events.person_key = countable.person_key and countable.is_countable
    where events.stage = 'mql'
),

merges as (
    select
        mqls.source_system, mqls.source_event_id, mqls.winner_id, mqls.person_key, mqls.occurred_at,
        merges.loser_id, merges.merged_at, min(merges.merged_at) over (partition by mqls.source_system, mqls.source_event_id) as first_merged_at
    from mqls
    inner join {{ ref('ma_merge') }} as merges
        on mqls.source_system = merges.source_system
        and mqls.winner_id = merges.winner_id
        and merges.merged_at <= mqls.occurred_at
        and {{ add_seconds('merges.merged_at', mismatch_tolerance('a07_merge_hours') ~ ' * 3600') }} >= mqls.occurred_at
),

scores as (
    select source_system, ma_id, history_id, changed_at, {{ try_cast('new_value', 'decimal(18, 6)') }} as score
    from {{ ref('ma_stage_history') }}
    where property = 'score'
),

-- each merged record's own part: its last score before it went
parts as (
    select merges.source_system, merges.source_event_id, merges.loser_id, scores.score
    from merges
    inner join scores
        on merges.source_system = scores.source_system
        and merges.loser_id = scores.ma_id
        and scores.changed_at < merges.merged_at
    qualify row_number() over (
        partition by merges.source_system, merges.source_event_id, merges.loser_id
        order by scores.changed_at desc nulls last, scores.history_id desc nulls last
    ) = 1
),

events as (
    select source_system, source_event_id, winner_id, person_key, occurred_at, first_merged_at, min(loser_id) as loser_id
    from merges
    group by source_system, source_event_id, winner_id, person_key, occurred_at, first_merged_at
),

winner_scores as (
    select
        events.source_system,
        events.source_event_id,
        max_by(scores.score, scores.changed_at) as score_then,
        max_by(scores.score, scores.changed_at) filter (where scores.changed_at < events.first_merged_at) as score_before
    from events
    inner join scores
        on events.source_system = scores.source_system
        and events.winner_id = scores.ma_id
        and scores.changed_at <= events.occurred_at
    group by events.source_system, events.source_event_id
),

merged_scores as (
    select source_system, source_event_id, sum(score) as score
    from parts
    group by source_system, source_event_id
),

members as (
    select source_system, source_event_id, winner_id as ma_id, first_merged_at, occurred_at from merges
    union
    select source_system, source_event_id, loser_id, first_merged_at, occurred_at from merges
),

done as (
    select members.source_system, members.source_event_id
    from members
    inner join {{ ref('activities_ma') }} as activities
        on members.source_system = activities.source_system
        and members.ma_id = activities.ma_id
        and activities.is_inbound
        and activities.occurred_at >= members.first_merged_at
        and activities.occurred_at <= members.occurred_at
    group by members.source_system, members.source_event_id
),

final as (
    select
        'person' as subject_type,
        events.person_key as subject_id,
        events.winner_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        cast(cast(winner_scores.score_then as integer) as {{ dbt.type_string() }}) as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        events.loser_id as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        events.occurred_at
    from events
    inner join winner_scores
        on events.source_system = winner_scores.source_system and events.source_event_id = winner_scores.source_event_id
    inner join merged_scores
        on events.source_system = merged_scores.source_system and events.source_event_id = merged_scores.source_event_id
    left join done
        on events.source_system = done.source_system and events.source_event_id = done.source_event_id
    where done.source_event_id is null
        and merged_scores.score > 0
        and winner_scores.score_then = coalesce(winner_scores.score_before, 0) + merged_scores.score
)

select * from final
