{# Flows per boundary and month. What moved before the calendar begins is counted in its first month. #}
with months as (
    select boundary, month_start_on from {{ ref('relay_months') }}
),

first_months as (
    select min(month_start_on) as month_start_on from months
),

moves as (
    select
        entries.boundary,
        greatest(cast(date_trunc('month', entries.moved_on) as date), first_months.month_start_on) as month_start_on,
        entries.account,
        entries.flow
    from {{ ref('relay_entries') }} as entries
    cross join first_months
),

final as (
    select
        months.boundary,
        months.month_start_on
        {%- for flow in relay_flow_columns() %},
        count(case when moves.flow = '{{ flow }}' {%- if flow == 'delivered' %} and moves.account = 'transit'{% endif %} then 1 end) as {{ flow }}
        {%- endfor %}
    from months
    left join moves on months.boundary = moves.boundary and months.month_start_on = moves.month_start_on
    group by months.boundary, months.month_start_on
)

select * from final
