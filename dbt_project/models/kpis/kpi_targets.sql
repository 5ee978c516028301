{# Targets at every grain. That of a KPI that adds up is spread over the business days of its period and added up again; where two cover a day, the one of
   the finer grain holds, and a period that is not covered whole has none. Any other target holds for every period that ends in its own. One of a
   segment that values are not split by stands against nothing and is left out (the test targets_name_known_series tells of it). #}
{%- set series = 'kpi_code, view, member, segment, segment_value' %}
with targets as (
    select
        kpi_code,
        coalesce(nullif(view, ''), 'shared') as view,
        coalesce(member, '') as member,
        coalesce(nullif(segment, ''), 'all') as segment,
        coalesce(nullif(segment_value, ''), 'all') as segment_value,
        grain,
        period_start,
        target,
        kpi_code in ('{{ kpis_that_add_up() | join("', '") }}') as adds_up,
        case grain {% for grain in kpi_grains() %}when '{{ grain }}' then {{ loop.index }} {% endfor %}end as grain_rank
    from {{ ref('targets') }}
    where coalesce(nullif(segment, ''), 'all') in ('{{ (["all"] + kpi_segments()) | join("', '") }}')
),

days as (
    {% for grain, period_start in kpi_grains().items() -%}
    select '{{ grain }}' as grain, {{ period_start }} as period_start, date_on, case when is_business_day then 1 else 0 end as business_day
    from {{ ref('con_calendar') }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

periods as (
    select
        grain,
        period_start,
        period_end_on,
        case grain {% for grain in kpi_grains() %}when '{{ grain }}' then {{ loop.index }} {% endfor %}end as grain_rank
    from {{ ref('kpi_calendar') }}
),

on_days as (
    select
        targets.*,
        days.date_on,
        days.business_day
    from targets
    join days on targets.grain = days.grain and targets.period_start = days.period_start
),

-- a period without any business day is spread over all its days
weighed as (
    select
        *,
        case when max(business_day) over (partition by {{ series }}, grain, period_start) = 0 then 1 else business_day end as weight
    from on_days
),

counted as (
    select
        *,
        sum(weight) over (partition by {{ series }}, grain, period_start order by date_on rows between unbounded preceding and current row) as weight_until,
        sum(weight) over (partition by {{ series }}, grain, period_start) as weight_total
    from weighed
),

shares as (
    select
        *,
        cast(cast(target as double) * weight_until / nullif(weight_total, 0) as decimal(28, 2))
            - cast(cast(target as double) * (weight_until - weight) / nullif(weight_total, 0) as decimal(28, 2)) as share
    from counted
    where adds_up
    qualify row_number() over (partition by {{ series }}, date_on order by grain_rank) = 1
),

flows as (
    select {{ series }}, days.grain, days.period_start, sum(shares.share) as target
    from shares
    join days on shares.date_on = days.date_on
    join periods on days.grain = periods.grain and days.period_start = periods.period_start
    group by {{ series }}, days.grain, days.period_start, periods.period_end_on
    having count(*) = {{ days_between('days.period_start', 'periods.period_end_on') }} + 1
),

others as (
    select {{ series }}, periods.grain, periods.period_start, counted.target
    from counted
    join periods on counted.date_on = periods.period_end_on and periods.grain_rank <= counted.grain_rank
    where not counted.adds_up
    qualify row_number() over (partition by {{ series }}, periods.grain, periods.period_start order by counted.grain_rank) = 1
),

final as (
    select {{ series }}, grain, period_start, cast(target as decimal(28, 2)) as target from flows
    union all
    select {{ series }}, grain, period_start, cast(target as decimal(28, 2)) as target from others
)

select * from final
