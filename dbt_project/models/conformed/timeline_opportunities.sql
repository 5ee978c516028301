-- Opportunities on the timelines of their people; one that is nobody's has a timeline of its own. open_delta counts open
-- opportunities: from creation to the final close, or to the end of the record. came_after is the instant before which an event
-- does not count: no end of an opportunity comes before its creation, nothing of one that came from a lead before that lead.
{{ config(materialized='view') }}

with opportunities as (
    select * from {{ ref('opportunity_facts') }}
),

links as (
    select
        opportunity_id,
        person_key,
        bool_or(crm_lead_id is not null) as came_from_lead,
        min(lead_created_at) as lead_created_at
    from {{ ref('opportunity_people') }}
    group by opportunity_id, person_key
),

from_leads as (
    select opportunity_id from links where came_from_lead group by opportunity_id
),

events as (
    select opportunity_id, source_event_id, stage, occurred_at, is_creation
    from {{ ref('stage_events_opportunity') }}
    union all
    -- an opportunity without time of creation opens with the first thing known of it
    select
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id as source_event_id,
        cast(null as {{ dbt.type_string() }}) as stage,
        min(coalesce(later.occurred_at, people.first_seen_at)) as occurred_at,
        true as is_creation
    from opportunities
    left join {{ ref('stage_events_opportunity') }} as later on opportunities.opportunity_id = later.opportunity_id
    left join links on opportunities.opportunity_id = links.opportunity_id
    left join {{ ref('con_people') }} as people on links.person_key = people.person_key
    where opportunities.created_at is null
    group by opportunities.opportunity_id, opportunities.crm_opportunity_id
),

final as (
    select
        coalesce(links.person_key, 'opportunity|' || events.opportunity_id) as subject_key,
        links.person_key,
        events.opportunity_id,
        opportunities.source_system,
        opportunities.crm_opportunity_id,
        opportunities.campaign_id,
        events.source_event_id,
        events.stage,
        events.occurred_at,
        greatest(
            case when links.came_from_lead then coalesce(links.lead_created_at, people.first_seen_at) end,
            case when not events.is_creation then opportunities.created_at end
        ) as came_after,
        events.is_creation,
        events.is_creation and from_leads.opportunity_id is null as is_opener,
        coalesce(events.stage = opportunities.stage_code and events.occurred_at = opportunities.closed_at, false) as is_final_close,
        case
            when events.is_creation then 1
            when events.stage = opportunities.stage_code and events.occurred_at = opportunities.closed_at then -1
            when events.stage in ('deleted', 'merged_away') and opportunities.closed_at is null then -1
            else 0
        end as open_delta
    from events
    inner join opportunities on events.opportunity_id = opportunities.opportunity_id
    left join links on events.opportunity_id = links.opportunity_id
    left join from_leads on events.opportunity_id = from_leads.opportunity_id
    left join {{ ref('con_people') }} as people on links.person_key = people.person_key
)

select * from final
