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

with_previous as (
    select
        *,
        lag(stage) over (partition by opportunity_id order by occurred_at nulls last, tie_rank, stage_event_id) as previous_stage
    from events
),

final as (
    select
        opportunity_id,
        occurred_at as reopened_at,
        row_number() over (partition by opportunity_id order by occurred_at nulls last, stage_event_id) as reopening_no
    from with_previous
    where stage in ('opportunity', 'valid_opportunity') and previous_stage in ('won', 'lost')
)

select * from final
