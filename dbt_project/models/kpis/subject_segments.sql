{# The segments of every subject that a KPI counts. A missing value is `(none)`, apart from a source's own "unknown". #}
with leads as (
    select * from {{ ref('lead_facts') }}
),

people as (
    select person_key, account_key, channel, first_seen_at from {{ ref('con_people') }}
),

personas as (
    select person_key, persona from {{ ref('personas') }}
),

opportunities as (
    select opportunity_id, lead_id from {{ ref('con_opportunities') }}
),

handoffs as (
    select handoff_id, lead_id from {{ ref('relay_handoffs') }}
),

accounts as (
    select account_key from {{ ref('con_accounts') }}
),

first_cycles as (
    select person_key, campaign
    from leads
    where person_key is not null
    qualify row_number() over (partition by person_key order by cycle_no) = 1
),

person_segments as (
    select people.person_key, people.account_key, people.first_seen_at, people.channel, first_cycles.campaign, personas.persona
    from people
    left join first_cycles on people.person_key = first_cycles.person_key
    left join personas on people.person_key = personas.person_key
),

-- an account came by the person of it who was seen first
account_segments as (
    select *
    from person_segments
    where account_key is not null
    qualify row_number() over (partition by account_key order by first_seen_at nulls last, person_key nulls last) = 1
),

subjects as (
    select 'person' as subject_type, person_key as subject_id, channel, campaign, persona from person_segments
    union all
    select 'lead_cycle', lead_id, channel, campaign, persona from leads
    union all
    select 'opportunity', opportunities.opportunity_id, leads.channel, leads.campaign, leads.persona
    from opportunities
    left join leads on opportunities.lead_id = leads.lead_id
    union all
    select 'handoff', handoffs.handoff_id, leads.channel, leads.campaign, leads.persona
    from handoffs
    left join leads on handoffs.lead_id = leads.lead_id
    union all
    select 'account', accounts.account_key, account_segments.channel, account_segments.campaign, account_segments.persona
    from accounts
    left join account_segments on accounts.account_key = account_segments.account_key
),

final as (
    select
        subject_type,
        subject_id
        {%- for segment in kpi_segments() %},
        coalesce({{ segment }}, '(none)') as {{ segment }}
        {%- endfor %}
    from subjects
)

select * from final
