-- The clock of inside sales: it starts at the handover (else at the receipt) and asks for an attempt within the business minutes of the
-- lead's tier (seeds/sla_tiers.csv, in force on that day). Attempts and contacts count from the start of the clock on.
-- Without any sales activity of the CRM no clock runs: nobody can tell who was called.
with handed_over as (
    select lead_id, handed_over_at from {{ ref('stage_handed_over') }}
),

received as (
    select lead_id, received_at from {{ ref('stage_received') }} where in_rank = 1
),

started as (
    select
        coalesce(handed_over.lead_id, received.lead_id) as lead_id,
        coalesce(handed_over.handed_over_at, received.received_at) as clock_start_at,
        {{ business_date('coalesce(handed_over.handed_over_at, received.received_at)') }} as clock_start_on
    from handed_over
    full outer join received on handed_over.lead_id = received.lead_id
),

touches as (
    select
        started.lead_id,
        min(timeline.occurred_at) filter (where timeline.is_attempt) as first_attempt_at,
        min(timeline.occurred_at) filter (where timeline.is_two_way) as first_contact_at
    from started
    inner join {{ ref('timeline') }} as timeline
        on started.lead_id = timeline.lead_id and timeline.occurred_at >= started.clock_start_at
    where timeline.is_attempt or timeline.is_two_way
    group by started.lead_id
),

clocks as (
    select
        started.*,
        touches.first_attempt_at,
        {{ business_date('touches.first_attempt_at') }} as first_attempt_on,
        touches.first_contact_at,
        case when hot_leads.is_hot then 'hot' else 'standard' end as sla_tier
    from started
    left join touches on started.lead_id = touches.lead_id
    left join {{ ref('hot_leads') }} as hot_leads on started.lead_id = hot_leads.lead_id
),

timed as (
    select
        clocks.*,
        tiers.business_minutes as sla_business_minutes,
        hours.open_minute,
        (hours.close_minute - hours.open_minute) * 60 as day_seconds,
        {{ business_seconds('start_days', 'clocks.clock_start_at', 'hours') }} as start_seconds,
        {{ business_seconds('attempt_days', 'clocks.first_attempt_at', 'hours') }} as attempt_seconds
    from clocks
    cross join {{ ref('business_hours') }} as hours
    left join {{ ref('sla_tiers') }} as tiers
        on clocks.sla_tier = tiers.tier and {{ in_force('tiers', 'clocks.clock_start_on') }}
    left join {{ ref('con_calendar') }} as start_days on clocks.clock_start_on = start_days.date_on
    left join {{ ref('con_calendar') }} as attempt_days on clocks.first_attempt_on = attempt_days.date_on
),

targeted as (
    select
        *,
        -- the business day in which the last of the required seconds falls, counted from the calendar's first
        cast(floor((start_seconds + sla_business_minutes * 60 - 1) / nullif(day_seconds, 0)) as bigint) as due_day_no
    from timed
),

final as (
    select
        targeted.lead_id,
        targeted.clock_start_at,
        targeted.sla_tier,
        cast(targeted.sla_business_minutes as bigint) as sla_business_minutes,
        {{ add_seconds(
            business_day_start('due_days.date_on'),
            'targeted.open_minute * 60 + targeted.start_seconds + targeted.sla_business_minutes * 60'
            ~ ' - targeted.due_day_no * targeted.day_seconds'
        ) }} as due_at,
        due_days.date_on as due_on,
        targeted.first_attempt_at,
        targeted.first_contact_at,
        cast(floor({{ seconds_between('targeted.clock_start_at', 'targeted.first_attempt_at') }} / 60) as bigint) as attempt_wall_minutes,
        cast(floor((targeted.attempt_seconds - targeted.start_seconds) / 60) as bigint) as attempt_business_minutes
    from targeted
    left join {{ ref('con_calendar') }} as due_days
        on targeted.due_day_no = due_days.business_day_no and due_days.is_business_day
    where {{ delivers('crm_activity') }}
)

select * from final
