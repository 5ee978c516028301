{# Cost of campaigns, spread evenly over their days: whole units of base currency, what is left over on the last day. #}
with campaigns as (
    select
        campaign_key,
        cost_base,
        started_on,
        ended_on,
        {{ days_between('started_on', 'ended_on') }} + 1 as day_cnt
    from {{ ref('con_campaigns') }}
    where cost_base is not null and started_on <= ended_on
),

priced as (
    select *, {{ whole_quotient('cost_base', 'day_cnt') }} as cost_per_day from campaigns
),

calendar as (
    select date_on from {{ ref('con_calendar') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'campaign' as subject_type,
        priced.campaign_key as subject_id,
        'shared' as view,
        '' as member,
        calendar.date_on as counted_on,
        cast(
            case
                when calendar.date_on = priced.ended_on then priced.cost_base - priced.cost_per_day * (priced.day_cnt - 1)
                else priced.cost_per_day
            end
            as decimal(18, 2)
        ) as numerator
    from priced
    join calendar on calendar.date_on >= priced.started_on and calendar.date_on <= priced.ended_on
    join run_parameters on calendar.date_on <= run_parameters.as_of_on
)

select * from final
