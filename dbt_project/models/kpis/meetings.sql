{# Meetings of sales with countable people, with the opportunity that each is about: the one it names, else those of the cycle it stands in. #}
with activities as (
    select * from {{ ref('activity_people') }} where is_human and activity_type = 'meeting'
),

records as (
    select source_system, activity_id, booked_at, held_at, created_at, outcome from {{ ref('crm_activity') }}
),

activity_outcomes as (
    select * from {{ ref('activity_outcomes') }}
),

countable as (
    select person_key from {{ ref('countable_people') }} where is_countable
),

cycles as (
    select lead_id, source_system, source_event_id from {{ ref('timeline') }} where kind in ('activity', 'response')
),

timed as (
    select
        activities.source_system,
        activities.activity_origin || '|' || activities.activity_id as source_event_id,
        activities.person_key,
        activities.crm_opportunity_id,
        coalesce(records.booked_at, records.created_at, activities.occurred_at) as booked_at,
        coalesce(records.held_at, case when activity_outcomes.outcome = 'held' then activities.occurred_at end) as held_at
    from activities
    join records on activities.source_system = records.source_system and activities.activity_id = records.activity_id
    join countable on activities.person_key = countable.person_key
    left join activity_outcomes on lower(records.outcome) = activity_outcomes.source_value
),

final as (
    select
        timed.source_system || '|' || timed.source_event_id as meeting_id,
        timed.person_key,
        cycles.lead_id,
        timed.source_system,
        timed.crm_opportunity_id,
        case when timed.booked_at <= run_parameters.as_of then {{ business_date('timed.booked_at') }} end as booked_on,
        case when timed.held_at <= run_parameters.as_of then {{ business_date('timed.held_at') }} end as held_on
    from timed
    cross join {{ ref('run_parameters') }} as run_parameters
    left join cycles on timed.source_system = cycles.source_system and timed.source_event_id = cycles.source_event_id
)

select * from final
