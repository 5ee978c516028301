-- The timelines with the cycle each event belongs to. A cycle opens at the first opener after a break; what comes between a break and
-- the next opener still belongs to the cycle before. Only narrow rows are sorted: the events then meet their cycles in a join.
with events as (
    select
        subject_key, person_key, event_no, kind, stage, is_opener, occurred_at, order_at,
        source_system, source_record_type, source_record_id, source_event_id, source_value,
        opportunity_id, campaign_id, open_delta, is_attempt, is_two_way, is_inferred, break_reason, break_at
    from {{ ref('timeline_breaks') }}
),

counted as (
    select
        subject_key,
        event_no,
        is_opener,
        count(break_reason) over (
            partition by subject_key order by event_no rows between unbounded preceding and 1 preceding
        ) as breaks_before
    from events
    where is_opener or break_reason is not null or event_no = 1
),

stretches as (
    select
        subject_key,
        breaks_before,
        min(case when is_opener then event_no end) as first_opener_no
    from counted
    group by subject_key, breaks_before
),

openings as (
    select
        subject_key,
        -- a timeline without opener (no record of the person has a time) opens with its first event
        coalesce(first_opener_no, 1) as opened_no
    from stretches
    qualify first_opener_no is not null
        or (breaks_before = 0 and max(first_opener_no) over (partition by subject_key) is null)
),

numbered as (
    select
        *,
        row_number() over (partition by subject_key order by opened_no) as cycle_no,
        lead(opened_no) over (partition by subject_key order by opened_no) as next_opened_no
    from openings
),

cycles as (
    select
        numbered.*,
        {{ string_hash([
            "case when events.kind = 'stage' then events.stage else events.kind end", 'events.source_system', 'events.source_event_id'
        ]) }} as lead_id
    from numbered
    inner join events on numbered.subject_key = events.subject_key and numbered.opened_no = events.event_no
),

final as (
    select
        cycles.lead_id,
        events.subject_key,
        events.person_key,
        cast(cycles.cycle_no as bigint) as cycle_no,
        cast(events.event_no as bigint) as event_no,
        events.kind,
        events.stage,
        events.is_opener,
        events.event_no = cycles.opened_no as opens_cycle,
        events.occurred_at,
        events.order_at,
        events.source_system,
        events.source_record_type,
        events.source_record_id,
        events.source_event_id,
        events.source_value,
        events.opportunity_id,
        events.campaign_id,
        events.open_delta,
        events.is_attempt,
        events.is_two_way,
        events.is_inferred,
        events.break_reason,
        events.break_at
    from events
    inner join cycles
        on events.subject_key = cycles.subject_key
        -- what comes before the first opener is of the first cycle
        and (events.event_no >= cycles.opened_no or cycles.cycle_no = 1)
        and (events.event_no < cycles.next_opened_no or cycles.next_opened_no is null)
)

select * from final
