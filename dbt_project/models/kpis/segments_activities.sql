{# The segments of responses, meetings and touches: those of their person; a response has its own campaign, a meeting its lead cycle's. #}
with people as (
    select * from {{ ref('segments_people') }}
),

responses as (
    select response_id, person_key, campaign from {{ ref('responses') }}
),

meetings as (
    select meetings.meeting_id, meetings.person_key, leads.campaign, leads.owner
    from {{ ref('meetings') }} as meetings
    left join {{ ref('segments_leads') }} as leads on meetings.lead_id = leads.lead_id
),

touches as (
    select distinct opportunity_id, response_id from {{ ref('attribution_touches') }} where response_id is not null
),

opportunities as (
    select opportunity_id, owner_id from {{ ref('con_opportunities') }}
),

activities as (
    select
        'response' as subject_type, response_id as subject_id, person_key, campaign, cast(null as {{ dbt.type_string() }}) as owner
    from responses
    union all
    select 'meeting', meeting_id, person_key, campaign, owner
    from meetings
    union all
    select 'touch', touches.opportunity_id || '|' || touches.response_id, responses.person_key, responses.campaign, opportunities.owner_id
    from touches
    join responses on touches.response_id = responses.response_id
    join opportunities on touches.opportunity_id = opportunities.opportunity_id
),

final as (
    select
        activities.subject_type,
        activities.subject_id,
        people.channel,
        activities.campaign,
        people.persona,
        people.industry,
        people.company_size,
        activities.owner,
        people.region
    from activities
    left join people on activities.person_key = people.person_key
)

select * from final
