-- The timelines in order, and after which events a cycle breaks while no opportunity is open: after a rejection, disqualification or recycling,
-- after the final close of the last open opportunity, and where nothing happens for longer than the idle days.
{{ config(materialized='view') }}

with events as (
    select
        *,
        {{ business_date('order_at') }} as order_on
    from {{ ref('timeline_events') }}
),

idle_days as (
    select * from {{ ref('windows') }} where name = 'idle'
),

ordered as (
    select
        events.*,
        run_parameters.as_of,
        coalesce(idle_days.days, 0) as idle_days,
        row_number() over timeline as event_no,
        lead(events.order_at) over timeline as next_order_at,
        sum(events.open_delta) over (
            partition by events.subject_key
            order by events.order_at nulls last, events.event_rank, events.source_record_id nulls last, events.source_event_id nulls last, events.kind nulls last, events.stage nulls first
            rows between unbounded preceding and current row
        ) as open_cnt
    from events
    cross join {{ ref('run_parameters') }} as run_parameters
    left join idle_days on {{ in_force('idle_days', 'events.order_on') }}
    window timeline as (
        partition by events.subject_key
        order by events.order_at nulls last, events.event_rank, events.source_record_id nulls last, events.source_event_id nulls last, events.kind nulls last, events.stage nulls first
    )
),

judged as (
    select
        *,
        {{ add_seconds('order_at', 'idle_days * 86400') }} as idle_at,
        is_closer and open_cnt <= 0 as ends_here
    from ordered
),

final as (
    select
        *,
        case
            when ends_here then stage
            when open_cnt <= 0 and coalesce(next_order_at, as_of) > idle_at then 'idle'
        end as break_reason,
        case
            when ends_here then occurred_at
            when open_cnt <= 0 and coalesce(next_order_at, as_of) > idle_at then idle_at
        end as break_at
    from judged
)

select * from final
