{# One row per entry of a record into a receiver's stock: when it came in, as which flow, and when and as what it first left afterwards. #}
with handoffs as (
    select * from {{ ref('relay_classified') }} where in_at is not null and classification <> 'grain_merged'
),

exits as (
    select * from {{ ref('relay_exits') }}
),

entries as (
    select
        handoff_id,
        boundary,
        record_key,
        lead_id,
        in_at,
        greatest(in_at, out_at) as entered_at,
        case
            when classification = 'delivered_late' then 'delivered'
            when classification = 'declared_non_relay' and origin = 'recycled' then 'recycled_in'
            when classification = 'declared_non_relay' and origin = 'reopened' then 'reopened'
            else classification
        end as entered_as
    from handoffs
),

ordered as (
    select
        handoff_id,
        boundary,
        record_key,
        lead_id,
        in_at,
        entered_as,
        -- a record does not come in again before it came in
        max(entered_at) over (partition by boundary, record_key order by in_at nulls last, entered_at nulls last, handoff_id nulls last
            rows between unbounded preceding and current row) as entered_at
    from entries
),

followed as (
    select
        *,
        lead(in_at) over (partition by boundary, record_key order by in_at nulls last, entered_at nulls last, handoff_id nulls last) as next_in_at,
        lead(entered_at) over (partition by boundary, record_key order by in_at nulls last, entered_at nulls last, handoff_id nulls last) as next_entered_at
    from ordered
),

ways_out as (
    select
        followed.handoff_id,
        exits.exit_at,
        exits.tie_rank,
        exits.left_as,
        greatest(exits.exit_at, followed.entered_at) as left_at
    from followed
    join exits on followed.boundary = exits.boundary and followed.record_key = exits.record_key
    where exits.exit_at > followed.in_at or (exits.exit_at = followed.in_at and exits.tie_rank > 2)

    union all

    -- still in hands when it comes in for another cycle: the earlier cycle gave it back
    select handoff_id, next_in_at, cast(2 as bigint), 'recycled_out', next_entered_at
    from followed
    where next_in_at is not null
),

first_ways_out as (
    select *
    from ways_out
    qualify row_number() over (partition by handoff_id order by exit_at nulls last, tie_rank, left_as nulls last) = 1
),

final as (
    select
        followed.handoff_id,
        followed.boundary,
        followed.record_key,
        followed.lead_id,
        followed.entered_as,
        followed.entered_at,
        {{ business_date('followed.entered_at') }} as entered_on,
        first_ways_out.left_at,
        {{ business_date('first_ways_out.left_at') }} as left_on,
        first_ways_out.left_as
    from followed
    left join first_ways_out on followed.handoff_id = first_ways_out.handoff_id
)

select * from final
