-- Everything that stands on a person's timeline, with its rank among events of the same instant: openers 1, progress 2, closers 3.
{{ config(materialized='view') }}

with people as (
    select
        person_key as subject_key, person_key, kind, cast(null as {{ dbt.type_string() }}) as stage,
        case when is_opener then 1 else 2 end as event_rank, is_opener, false as is_closer,
        occurred_at, occurred_at as order_at, source_system, source_record_type, source_record_id, source_event_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, campaign_id, 0 as open_delta, is_attempt, is_two_way,
        cast(null as {{ dbt.type_string() }}) as source_value, false as is_inferred
    from {{ ref('timeline_people') }}
),

ma_stages as (
    select
        person_key as subject_key, person_key, 'stage' as kind, stage,
        case when stage in ('mql', 'handed_over') then 1 else 2 end as event_rank,
        stage in ('mql', 'handed_over') as is_opener, false as is_closer,
        occurred_at, occurred_at as order_at, source_system, source_record_type, source_record_id, source_event_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, cast(null as {{ dbt.type_string() }}) as campaign_id, 0 as open_delta,
        false as is_attempt, false as is_two_way, source_value, false as is_inferred
    from {{ ref('stage_events_ma') }}
),

lead_stages as (
    select
        person_key as subject_key, person_key, 'stage' as kind, stage,
        case when is_entry then 1 when stage in ('rejected', 'disqualified', 'recycled') then 3 else 2 end as event_rank,
        is_entry as is_opener, stage in ('rejected', 'disqualified', 'recycled') as is_closer,
        occurred_at, occurred_at as order_at, source_system, source_record_type, source_record_id, source_event_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, campaign_id, 0 as open_delta, false as is_attempt, false as is_two_way,
        source_value, is_inferred
    from {{ ref('stage_events_lead') }}
    where person_key is not null
),

opportunities as (
    select
        subject_key, person_key, 'opportunity' as kind, stage,
        case when is_opener then 1 when is_final_close then 3 else 2 end as event_rank,
        is_opener, is_final_close as is_closer,
        occurred_at, greatest(occurred_at, coalesce(came_after, occurred_at)) as order_at,
        source_system, 'crm_opportunity' as source_record_type, crm_opportunity_id as source_record_id, source_event_id,
        opportunity_id, campaign_id, open_delta, false as is_attempt, false as is_two_way,
        cast(null as {{ dbt.type_string() }}) as source_value, false as is_inferred
    from {{ ref('timeline_opportunities') }}
),

final as (
    select * from people
    union all
    select * from ma_stages
    union all
    select * from lead_stages
    union all
    select * from opportunities
)

select * from final where occurred_at is not null
