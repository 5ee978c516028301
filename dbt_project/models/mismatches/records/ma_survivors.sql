-- The record at the end of each MA record's chain of merges. A merge list may name a winner that lost a later merge itself: the
-- chain is followed in jumps that double, to 32 merges.
with merges as (
    select merges.source_system, merges.loser_id, merges.winner_id, merges.merged_at
    from {{ ref('ma_merge') }} as merges
    cross join {{ ref('run_parameters') }} as run_parameters
    where merges.merged_at is null or merges.merged_at <= run_parameters.as_of
),

-- where several merges name a record as their loser, the latest one is meant
jumps_1 as (
    select source_system, loser_id, winner_id as survivor_id
    from merges
    qualify row_number() over (
        partition by source_system, loser_id order by merged_at desc nulls last, winner_id desc nulls last
    ) = 1
),
{% for depth in [2, 4, 8, 16, 32] %}
jumps_{{ depth }} as (
    select jumps.source_system, jumps.loser_id, coalesce(further.survivor_id, jumps.survivor_id) as survivor_id
    from jumps_{{ depth // 2 }} as jumps
    left join jumps_{{ depth // 2 }} as further
        on jumps.source_system = further.source_system and jumps.survivor_id = further.loser_id
),
{% endfor %}
times as (
    select source_system, loser_id, max(merged_at) as merged_at
    from merges
    group by source_system, loser_id
),

final as (
    select
        jumps_1.source_system,
        jumps_1.loser_id,
        jumps_1.survivor_id as winner_id,
        jumps_32.survivor_id,
        times.merged_at
    from jumps_1
    inner join jumps_32 on jumps_1.source_system = jumps_32.source_system and jumps_1.loser_id = jumps_32.loser_id
    inner join times on jumps_1.source_system = times.source_system and jumps_1.loser_id = times.loser_id
    where jumps_1.loser_id <> jumps_32.survivor_id
)

select * from final
