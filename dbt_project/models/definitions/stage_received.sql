-- Received: every time a CRM lead of the cycle came into inside sales's hands.
with events as (
    select * from {{ ref('stage_events_observed') }} where stage = 'received' and is_entry
),

final as (
    select
        lead_id,
        row_number() over (
            partition by lead_id order by occurred_at nulls last, source_system nulls last, source_record_id nulls last, source_event_id nulls last
        ) as in_rank,
        occurred_at as received_at,
        {{ business_date('occurred_at') }} as received_on,
        source_system,
        source_record_id as crm_lead_id
    from events
)

select * from final
