{# Speed to lead: minutes from handover to the first human attempt, on the wall clock and in business hours. Who was never attempted is
   censored at as_of, not dropped. #}
with leads as (
    select lead_id, handed_over_on from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null and {{ delivers('crm_activity') }}
),

clocks as (
    select * from {{ ref('sla_clock') }}
),

timed as (
    select leads.lead_id, leads.handed_over_on, clocks.attempt_wall_minutes, clocks.attempt_business_minutes
    from leads
    left join clocks on leads.lead_id = clocks.lead_id
),

members as (
    select lead_id, handed_over_on, 'wall_clock' as member, attempt_wall_minutes as minutes from timed
    union all
    select lead_id, handed_over_on, 'business_hours', attempt_business_minutes from timed
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        member,
        handed_over_on as counted_on,
        cast(minutes as bigint) as measure,
        minutes is null as is_censored
    from members
)

select * from final
