{# The days up to as_of, each with the numbers of the periods that it is in. #}
with calendar as (
    select * from {{ ref('con_calendar') }}
),

periods as (
    select grain, period_start, period_no from {{ ref('kpi_calendar') }}
),

final as (
    select
        calendar.date_on,
        {%- for grain in kpi_grains() %}
        {{ grain }}s.period_no as {{ grain }}_no{{ ',' if not loop.last }}
        {%- endfor %}
    from calendar
    {%- for grain, period_start in kpi_grains().items() %}
    join periods as {{ grain }}s on {{ grain }}s.grain = '{{ grain }}' and calendar.{{ period_start }} = {{ grain }}s.period_start
    {%- endfor %}
)

select * from final
