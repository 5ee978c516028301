{# What people did that is a response, one row each, of countable people and others. #}
with events as (
    select *, substr(source_event_id, instr(source_event_id, '|') + 1) as activity_id
    from {{ ref('timeline') }}
    where kind = 'response'
),

campaigns as (
    select source_system, campaign_id, name from {{ ref('con_campaigns') }}
),

countable as (
    select person_key, is_countable from {{ ref('countable_people') }}
),

final as (
    select
        events.source_system || '|' || events.source_event_id as response_id,
        events.person_key,
        countable.is_countable,
        events.occurred_at,
        {{ business_date('events.occurred_at') }} as occurred_on,
        coalesce(campaigns.name, events.campaign_id) as campaign,
        events.activity_id,
        events.source_system
    from events
    join countable on events.person_key = countable.person_key
    left join campaigns on events.source_system = campaigns.source_system and events.campaign_id = campaigns.campaign_id
)

select * from final
