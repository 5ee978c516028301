{# The periods of every grain that have begun by as_of, and where the period before and the same one a year before begin: of a week 52 weeks
   before, of 29 February the day before. `read_on` is the day on which a stock is read: the period's last, or as_of's while it runs. Values are
   computed under the periods' numbers, which the grain's periods bear in a row: of a million people they are many. #}
with calendar as (
    select * from {{ ref('con_calendar') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

periods as (
    {% for grain, period_start in kpi_grains().items() -%}
    select {{ loop.index }} as grain_no, '{{ grain }}' as grain, {{ period_start }} as period_start, max(date_on) as period_end_on
    from calendar
    group by {{ period_start }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

begun as (
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
        end as last_year_start,
        cast(row_number() over (order by periods.grain_no nulls last, periods.period_start nulls last) as integer) as period_no
    from periods
    join run_parameters on periods.period_start <= run_parameters.as_of_on
),

final as (
    select
        begun.*,
        case when begun.previous_start is not null then begun.period_no - 1 end as previous_no,
        last_year.period_no as last_year_no
    from begun
    left join begun as last_year on begun.grain = last_year.grain and begun.last_year_start = last_year.period_start
)

select * from final
