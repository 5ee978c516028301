{# Speed to contact: minutes from handover to the first two-way contact, on the wall clock and in business hours. Who was never reached is
   censored at as_of, not dropped. #}
with leads as (
    select
        lead_id,
        handed_over_at,
        handed_over_on,
        first_contact_at,
        {{ business_date('first_contact_at') }} as first_contact_on
    from {{ ref('lead_facts') }}
    where is_countable and handed_over_on is not null and {{ delivers('crm_activity') }}
),

calendar as (
    select date_on, is_business_day, business_minutes_before from {{ ref('con_calendar') }}
),

timed as (
    select
        leads.lead_id,
        leads.handed_over_on,
        {{ seconds_between('leads.handed_over_at', 'leads.first_contact_at') }} as wall_seconds,
        ({{ business_seconds('contact_days', 'leads.first_contact_at', 'hours') }})
        - ({{ business_seconds('start_days', 'leads.handed_over_at', 'hours') }}) as business_seconds
    from leads
    cross join {{ ref('business_hours') }} as hours
    left join calendar as start_days on leads.handed_over_on = start_days.date_on
    left join calendar as contact_days on leads.first_contact_on = contact_days.date_on
),

members as (
    select lead_id, handed_over_on, 'wall_clock' as member, wall_seconds as seconds from timed
    union all
    select lead_id, handed_over_on, 'business_hours', business_seconds from timed
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        member,
        handed_over_on as counted_on,
        cast(floor(seconds / 60) as bigint) as measure,
        seconds is null as is_censored
    from members
)

select * from final
