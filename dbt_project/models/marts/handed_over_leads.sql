{# What marketing and sales promised each other about each handed-over lead: what was known at the handover, and what became of it. #}
with leads as (
    select * from {{ ref('lead_facts') }} where handed_over_at is not null
),

-- a refusal of which no tool says since when holds for all time
opt_outs as (
    select person_key, min(opted_out_at) as opted_out_at from {{ ref('opted_out_records') }} group by person_key
),

segments as (
    select lead_id, owner from {{ ref('segments_leads') }}
),

hot_leads as (
    select lead_id, score, is_target, last_response_at from {{ ref('hot_leads') }}
),

clocks as (
    select lead_id, sla_tier, due_at from {{ ref('sla_clock') }}
),

rejections as (
    select lead_id, rejected_on, has_reason from {{ ref('rejected_leads') }}
),

expected as (
    select subject_id as lead_id, numerator as expected_value from {{ ref('lead_value') }}
),

handoffs as (
    select lead_id, out_record_id, in_record_id
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is not null
    qualify row_number() over (partition by lead_id order by out_at desc, handoff_id desc) = 1
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

final as (
    select
        leads.lead_id,
        leads.person_key,
        leads.account_key,
        handoffs.out_record_id,
        handoffs.in_record_id,
        leads.is_countable,
        leads.handed_over_at,
        leads.handed_over_on,
        leads.channel,
        leads.campaign,
        leads.persona,
        coalesce(hot_leads.is_target, false) as is_target,
        leads.is_hot,
        hot_leads.score,
        hot_leads.last_response_at,
        opt_outs.person_key is not null and coalesce(opt_outs.opted_out_at <= leads.handed_over_at, true) as is_opted_out,
        segments.owner as owner_id,
        expected.expected_value,
        clocks.sla_tier,
        clocks.due_at as sla_due_at,
        leads.received_at,
        leads.accepted_at,
        leads.first_attempt_at,
        leads.first_contact_at,
        case
            when leads.first_attempt_at <= clocks.due_at then true
            when clocks.due_at <= run_parameters.as_of then false
        end as is_sla_met,
        leads.opportunity_created_at,
        leads.won_at,
        rejections.rejected_on,
        rejections.has_reason as has_reject_reason,
        leads.closed_at,
        leads.close_reason
    from leads
    cross join run_parameters
    left join opt_outs on leads.person_key = opt_outs.person_key
    left join segments on leads.lead_id = segments.lead_id
    left join hot_leads on leads.lead_id = hot_leads.lead_id
    left join clocks on leads.lead_id = clocks.lead_id
    left join rejections on leads.lead_id = rejections.lead_id
    left join expected on leads.lead_id = expected.lead_id
    left join handoffs on leads.lead_id = handoffs.lead_id
)

select * from final
