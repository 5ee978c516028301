{# Months and the periods made of whole months that they belong to, from the calendar's first to the period of as_of. `read_on` is the day on which
   a period's stock is read: its last, or as_of's business date while it runs. #}
with calendar as (
    select * from {{ ref('con_calendar') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

months as (
    {% for grain, period_start in kpi_grains().items() if grain not in ('day', 'week') -%}
    select '{{ grain }}' as grain, {{ period_start }} as period_start, month_start_on, max(date_on) as month_end_on
    from calendar
    group by {{ period_start }}, month_start_on
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

periods as (
    select
        *,
        max(month_end_on) over (partition by grain, period_start) as period_end_on
    from months
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end_on,
        periods.month_start_on,
        least(periods.period_end_on, run_parameters.as_of_on) as read_on,
        periods.period_end_on < run_parameters.as_of_on as is_over
    from periods
    join run_parameters on periods.month_start_on <= run_parameters.as_of_on
)

select * from final
