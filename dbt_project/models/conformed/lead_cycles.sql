-- One row per lead cycle. It closes at its first break; an opportunity of the cycle that closes later still closes it.
with openings as (
    select
        lead_id, subject_key, person_key, cycle_no, event_no, kind, stage, order_at, source_system, source_event_id, opportunity_id,
        lead(order_at) over (partition by subject_key order by cycle_no) as next_opened_at
    from {{ ref('timeline') }}
    where opens_cycle
),

breaks as (
    select events.lead_id, events.break_reason, events.break_at
    from {{ ref('timeline') }} as events
    inner join openings on events.lead_id = openings.lead_id
    where events.break_reason is not null and events.event_no >= openings.event_no
    qualify row_number() over (partition by events.lead_id order by events.event_no) = 1
),

opportunity_closes as (
    select events.lead_id, facts.closed_at, facts.stage_code
    from {{ ref('timeline') }} as events
    inner join {{ ref('opportunity_facts') }} as facts on events.opportunity_id = facts.opportunity_id
    where events.open_delta = 1 and facts.closed_at is not null
    qualify row_number() over (
        partition by events.lead_id order by facts.closed_at desc, facts.stage_code desc, facts.opportunity_id nulls last
    ) = 1
),

campaigns as (
    select lead_id, source_system, campaign_id
    from {{ ref('timeline') }}
    where campaign_id is not null
    qualify row_number() over (partition by lead_id order by event_no) = 1
),

closed as (
    select
        openings.*,
        case when breaks.break_reason = 'idle' then breaks.break_at end as idle_at,
        case
            when breaks.lead_id is null then null
            when opportunity_closes.closed_at > breaks.break_at then opportunity_closes.closed_at
            else breaks.break_at
        end as closed_at,
        case
            when breaks.lead_id is null then null
            when opportunity_closes.closed_at > breaks.break_at then opportunity_closes.stage_code
            else breaks.break_reason
        end as close_reason
    from openings
    left join breaks on openings.lead_id = breaks.lead_id
    left join opportunity_closes on openings.lead_id = opportunity_closes.lead_id
),

final as (
    select
        closed.lead_id,
        closed.subject_key,
        closed.person_key,
        coalesce(people.account_key, accounts.account_key) as account_key,
        closed.cycle_no,
        closed.order_at as opened_at,
        {{ business_date('closed.order_at') }} as opened_on,
        case when closed.kind = 'stage' then closed.stage else closed.kind end as opened_by,
        closed.source_system as opened_by_system,
        closed.source_event_id as opened_by_record_id,
        closed.closed_at,
        {{ business_date('closed.closed_at') }} as closed_on,
        closed.close_reason,
        closed.idle_at,
        campaigns.campaign_id,
        coalesce(con_campaigns.name, campaigns.campaign_id) as campaign,
        closed.next_opened_at
    from closed
    left join {{ ref('con_people') }} as people on closed.person_key = people.person_key
    left join {{ ref('opportunity_facts') }} as facts on closed.opportunity_id = facts.opportunity_id
    left join {{ ref('account_records') }} as accounts
        on facts.source_system = accounts.source_system
        and accounts.record_type = 'crm_account'
        and facts.crm_account_id = accounts.record_id
    left join campaigns on closed.lead_id = campaigns.lead_id
    left join {{ ref('con_campaigns') }} as con_campaigns
        on campaigns.source_system = con_campaigns.source_system and campaigns.campaign_id = con_campaigns.campaign_id
)

select * from final
