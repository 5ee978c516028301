{# Untouched leads: handed-over cycles in inside sales's stock that nobody has attempted, from the day on which the patience
   [limits.csv: untouched_business_minutes] ran out. #}
with leads as (
    select lead_id, first_attempt_at, closed_on from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null and {{ delivers('crm_activity') }}
),

stays as (
    select lead_id, entered_at, entered_on, left_on
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is not null and in_at is not null
),

calendar as (
    select date_on, is_business_day, business_day_no from {{ ref('con_calendar') }}
),

hours as (
    select open_minute * 60 as open_second, (close_minute - open_minute) * 60 as day_seconds from {{ ref('business_hours') }}
),

patience as (
    select value * 60 as patience_seconds, valid_from, valid_to
    from {{ ref('limits') }}
    where name = 'untouched_business_minutes'
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

-- business seconds since the calendar's beginning at which the patience has run out
limits_reached as (
    select
        stays.lead_id,
        stays.left_on,
        hours.open_second,
        hours.day_seconds,
        calendar.business_day_no * hours.day_seconds + patience.patience_seconds
            + case
                when calendar.is_business_day
                    then least(greatest({{ local_seconds_of_day('stays.entered_at') }} - hours.open_second, 0), hours.day_seconds)
                else 0
            end as reached_second
    from stays
    join calendar on stays.entered_on = calendar.date_on
    join patience on {{ in_force('patience', 'stays.entered_on') }}
    cross join hours
),

dated as (
    select
        leads.lead_id,
        {{ add_seconds(
            business_day_start('calendar.date_on'),
            'limits_reached.open_second + limits_reached.reached_second - calendar.business_day_no * limits_reached.day_seconds'
        ) }} as in_from_at,
        calendar.date_on as in_from,
        least({{ business_date('leads.first_attempt_at') }}, limits_reached.left_on, leads.closed_on) as in_to
    from limits_reached
    join leads on limits_reached.lead_id = leads.lead_id
    join calendar
        on calendar.is_business_day
            and calendar.business_day_no
            = (limits_reached.reached_second - 1 - (limits_reached.reached_second - 1) % limits_reached.day_seconds)
            / nullif(limits_reached.day_seconds, 0)
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        in_from,
        in_to,
        cast(1 as decimal(18, 2)) as amount
    from dated
    join run_parameters on dated.in_from_at <= run_parameters.as_of
    where in_to is null or in_from < in_to
)

select * from final
