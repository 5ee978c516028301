-- The timelines with the cycle each event belongs to. A cycle opens at the first opener after a break; what comes between a break and
-- the next opener still belongs to the cycle before.
with breaks as (
    select
        *,
        sum(case when break_reason is not null then 1 else 0 end) over (
            partition by subject_key order by event_no rows between unbounded preceding and current row
        ) - case when break_reason is not null then 1 else 0 end as breaks_before,
        min(case when is_opener then event_no end) over (partition by subject_key) as first_opener_no
    from {{ ref('timeline_breaks') }}
),

openings as (
    select
        *,
        case
            -- a timeline without opener (no record of the person has a time) opens with its first event
            when first_opener_no is null then event_no = 1
            when is_opener then row_number() over (
                partition by subject_key, breaks_before, is_opener order by event_no
            ) = 1
            else false
        end as opens_cycle
    from breaks
),

numbered as (
    select
        *,
        greatest(1, sum(case when opens_cycle then 1 else 0 end) over (
            partition by subject_key order by event_no rows between unbounded preceding and current row
        )) as cycle_no
    from openings
),

final as (
    select
        max(case when opens_cycle then {{ string_hash([
            "case when kind = 'stage' then stage else kind end", 'source_system', 'source_event_id'
        ]) }} end) over (partition by subject_key, cycle_no) as lead_id,
        subject_key,
        person_key,
        cast(cycle_no as bigint) as cycle_no,
        cast(event_no as bigint) as event_no,
        kind,
        stage,
        event_rank,
        is_opener,
        opens_cycle,
        occurred_at,
        order_at,
        source_system,
        source_record_type,
        source_record_id,
        source_event_id,
        opportunity_id,
        campaign_id,
        open_delta,
        is_attempt,
        is_two_way,
        break_reason,
        break_at
    from numbered
)

select * from final
