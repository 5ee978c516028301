{# Days to a won deal: from its opportunity's creation, and from the first sight and the MQL of the lead that it came from. A deal that was won
   without an MQL, or before it, has none to count from. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and won_on is not null
),

leads as (
    select lead_id, first_seen_on, mql_on from {{ ref('lead_facts') }}
),

members as (
    select opportunity_id, won_on, 'opportunity' as member, created_on as started_on from opportunities
    union all
    select opportunities.opportunity_id, opportunities.won_on, 'lead', leads.first_seen_on
    from opportunities
    join leads on opportunities.lead_id = leads.lead_id
    union all
    select opportunities.opportunity_id, opportunities.won_on, 'mql', leads.mql_on
    from opportunities
    join leads on opportunities.lead_id = leads.lead_id
    where leads.mql_on <= opportunities.won_on
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        member,
        won_on as counted_on,
        cast({{ days_between('started_on', 'won_on') }} as bigint) as measure,
        false as is_censored
    from members
    where started_on is not null
)

select * from final
