{# Latent customers: people once handed over whose cycle closed as recycled, idle or lost, and whose latest cycle when the period begins has closed so too.
   Approached is who had a human outbound activity in the period. #}
with leads as (
    select *, close_reason in ('recycled', 'idle', 'lost') as is_latent from {{ ref('lead_facts') }} where is_countable and person_key is not null and {{ delivers('crm_activity') }}
),

latent_since as (
    select person_key, min(closed_on) as latent_on
    from leads
    where handed_over_on is not null and is_latent
    group by person_key
),

-- the days on which a period begins without an open cycle; a deal may be closed by a date before the cycle it is credited to
rests as (
    select
        person_key,
        greatest(closed_on, opened_on) as closed_on,
        lead(opened_on) over (partition by person_key order by cycle_no nulls last) as next_opened_on,
        is_latent
    from leads
),

periods as (
    select distinct grain, period_start, is_over from {{ ref('kpi_periods') }}
),

latent as (
    select rests.person_key, periods.grain, periods.period_start, periods.is_over
    from rests
    join latent_since on rests.person_key = latent_since.person_key
    join periods
        on periods.period_start > rests.closed_on
            and (rests.next_opened_on is null or periods.period_start <= rests.next_opened_on)
            and periods.period_start > latent_since.latent_on
    where rests.is_latent
),

approached_months as (
    select distinct timeline.person_key, calendar.month_start_on
    from {{ ref('timeline') }} as timeline
    join {{ ref('con_calendar') }} as calendar on {{ business_date('timeline.occurred_at') }} = calendar.date_on
    where timeline.is_attempt
),

approached as (
    select distinct approached_months.person_key, periods.grain, periods.period_start
    from approached_months
    join {{ ref('kpi_periods') }} as periods on approached_months.month_start_on = periods.month_start_on
),

final as (
    select
        'person' as subject_type,
        latent.person_key as subject_id,
        'shared' as view,
        '' as member,
        latent.grain,
        latent.period_start,
        {{ counts_when('approached.person_key is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        latent.is_over as is_mature
    from latent
    left join approached
        on latent.person_key = approached.person_key
            and latent.grain = approached.grain
            and latent.period_start = approached.period_start
)

select * from final
