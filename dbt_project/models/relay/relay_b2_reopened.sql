{# Closed opportunities that opened again: they come into field sales's stock once more, without a baton. #}
with events as (
    select
        stage_event_id,
        opportunity_id,
        stage,
        occurred_at,
        case when stage in ('won', 'lost') then 2 else 1 end as tie_rank
    from {{ ref('con_stage_events') }}
    where subject_type = 'opportunity' and stage in ('opportunity', 'valid_opportunity', 'won', 'lost')
),

opportunities as (
    select opportunity_id, coalesce(created_at, closed_at) as known_at, closed_at from {{ ref('con_opportunities') }}
),

with_previous as (
    select
        *,
        lag(stage) over (partition by opportunity_id order by occurred_at nulls last, tie_rank, stage_event_id) as previous_stage
    from events
),

final as (
    select
        with_previous.opportunity_id,
        with_previous.occurred_at as reopened_at,
        row_number() over (
            partition by with_previous.opportunity_id order by with_previous.occurred_at nulls last, with_previous.stage_event_id
        ) as reopening_no
    from with_previous
    -- a date of closing may lie before the creation: what comes in then comes in for the first time
    join opportunities
        on with_previous.opportunity_id = opportunities.opportunity_id and with_previous.occurred_at > opportunities.known_at
    where with_previous.stage in ('opportunity', 'valid_opportunity')
        and with_previous.previous_stage in ('won', 'lost')
        -- after its final close nothing opens again: a record that alone tells of it may date it before the history's last stage
        and (opportunities.closed_at is null or with_previous.occurred_at < opportunities.closed_at)
)

select * from final
