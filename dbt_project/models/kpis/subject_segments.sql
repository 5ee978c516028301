{# The segments of every subject that a KPI counts. A missing value is `(none)`, apart from a source's own "unknown". #}
with people as (
    select * from {{ ref('segments_people') }}
),

leads as (
    select * from {{ ref('segments_leads') }}
),

accounts as (
    select * from {{ ref('segments_accounts') }}
),

opportunities as (
    select opportunity_id, lead_id, account_key, owner_id from {{ ref('con_opportunities') }}
),

stage_changes as (
    select stage_change_id, opportunity_id from {{ ref('stage_changes') }}
),

handoffs as (
    select handoff_id, lead_id from {{ ref('relay_handoffs') }}
),

campaigns as (
    select campaign_key, coalesce(name, campaign_id) as campaign, channel from {{ ref('con_campaigns') }}
),

contracts as (
    select contract_id, account_key from {{ ref('con_contracts') }}
),

surveys as (
    select survey_id, account_key from {{ ref('surveys') }}
),

deals as (
    select
        opportunities.opportunity_id,
        leads.channel,
        leads.campaign,
        leads.persona,
        coalesce(leads.industry, accounts.industry) as industry,
        coalesce(leads.company_size, accounts.company_size) as company_size,
        opportunities.owner_id as owner,
        coalesce(leads.region, accounts.region) as region
    from opportunities
    left join leads on opportunities.lead_id = leads.lead_id
    left join accounts on opportunities.account_key = accounts.account_key
),

subjects as (
    select
        'person' as subject_type, person_key as subject_id, channel, campaign, persona, industry, company_size,
        cast(null as {{ dbt.type_string() }}) as owner, region
    from people
    union all
    select 'lead_cycle', lead_id, channel, campaign, persona, industry, company_size, owner, region
    from leads
    union all
    select 'opportunity', opportunity_id, channel, campaign, persona, industry, company_size, owner, region
    from deals
    union all
    select
        'stage_change', stage_changes.stage_change_id, deals.channel, deals.campaign, deals.persona, deals.industry, deals.company_size, deals.owner,
        deals.region
    from stage_changes
    join deals on stage_changes.opportunity_id = deals.opportunity_id
    union all
    select
        'handoff', handoffs.handoff_id, leads.channel, leads.campaign, leads.persona, leads.industry, leads.company_size, leads.owner, leads.region
    from handoffs
    left join leads on handoffs.lead_id = leads.lead_id
    union all
    select 'account', account_key, channel, campaign, persona, industry, company_size, null, region
    from accounts
    union all
    select
        'contract', contracts.contract_id, accounts.channel, accounts.campaign, accounts.persona, accounts.industry, accounts.company_size, null,
        accounts.region
    from contracts
    left join accounts on contracts.account_key = accounts.account_key
    union all
    select
        'survey', surveys.survey_id, accounts.channel, accounts.campaign, accounts.persona, accounts.industry, accounts.company_size, null,
        accounts.region
    from surveys
    left join accounts on surveys.account_key = accounts.account_key
    union all
    select 'campaign', campaign_key, channel, campaign, null, null, null, null, null
    from campaigns
    union all
    select subject_type, subject_id, channel, campaign, persona, industry, company_size, owner, region
    from {{ ref('segments_activities') }}
),

final as (
    select
        subject_type,
        subject_id
        {%- for segment in known_segments() %},
        coalesce(nullif({{ segment }}, ''), '(none)') as {{ segment }}
        {%- endfor %}
    from subjects
)

select * from final
