-- Handed over: the first time in a cycle that marketing set the person's lifecycle to a stage that means it.
with events as (
    select * from {{ ref('stage_events_observed') }} where stage = 'handed_over' and subject_type = 'lead_cycle'
),

final as (
    select
        lead_id,
        person_key,
        occurred_at as handed_over_at,
        {{ business_date('occurred_at') }} as handed_over_on,
        source_system,
        source_record_id,
        source_event_id
    from events
    qualify row_number() over (partition by lead_id order by occurred_at nulls last, source_system nulls last, source_record_id nulls last, source_event_id nulls last) = 1
)

select * from final
