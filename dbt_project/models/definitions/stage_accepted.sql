-- Accepted: the first time in a cycle that inside sales accepted a CRM lead, by status or by its date of acceptance.
with events as (
    select * from {{ ref('stage_events_observed') }} where stage = 'accepted' and subject_type = 'lead_cycle'
),

final as (
    select
        lead_id,
        min(occurred_at) as accepted_at,
        {{ business_date('min(occurred_at)') }} as accepted_on
    from events
    group by lead_id
)

select * from final
