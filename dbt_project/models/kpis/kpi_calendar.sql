{# The periods of every grain that have begun by as_of, and where the period before and the same one a year before begin: of a week 52 weeks
   before, of 29 February the day before. `read_on` is the day on which a stock is read: the period's last, or as_of's while it runs. #}
with calendar as (
    select * from {{ ref('con_calendar') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

periods as (
    {% for grain, period_start in kpi_grains().items() -%}
    select '{{ grain }}' as grain, {{ period_start }} as period_start, max(date_on) as period_end_on
    from calendar
    group by {{ period_start }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (
    select
        periods.grain,
        periods.period_start,
        periods.period_end_on,
        least(periods.period_end_on, run_parameters.as_of_on) as read_on,
        periods.period_end_on < run_parameters.as_of_on as is_over,
        lag(periods.period_start) over (partition by periods.grain order by periods.period_start nulls first) as previous_start,
        case
            when periods.grain = 'week' then {{ add_days('periods.period_start', '-364') }}
            else cast(periods.period_start - interval '12' month as date)
        end as last_year_start
    from periods
    join run_parameters on periods.period_start <= run_parameters.as_of_on
)

select * from final
