{# Every line that a bridge can have, with a number in the order in which they stand: marketing's number, its steps, the shared number, sales's steps,
   sales's number. A bridge is of one KPI and component. #}
with bridges as (
    {%- set bridges = [] -%}
    {%- for code in bridged_kpis() -%}{%- for component in bridge_components(code) -%}{%- do bridges.append([code, component]) -%}{%- endfor -%}{%- endfor -%}
    {%- for code, component in bridges %}
    select {{ loop.index }} as bridge_no, '{{ code }}' as kpi_code, '{{ component }}' as component
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

sides as (
    select 'marketing' as side, 1 as number_part, 2 as step_part
    union all
    select 'shared', 3, null
    union all
    select 'sales', 5, 4
),

lines as (
    select bridges.*, sides.side, sides.side as reason, sides.number_part as part, 0 as precedence, true as is_number
    from bridges
    cross join sides
    union all
    select bridges.*, sides.side, reasons.reason, sides.step_part, reasons.precedence, false
    from bridges
    cross join sides
    cross join {{ ref('bridge_reasons') }} as reasons
    where sides.step_part is not null
),

final as (
    select
        cast(row_number() over (order by bridge_no nulls last, part nulls last, precedence nulls last) as integer) as line_no,
        bridge_no,
        kpi_code,
        component,
        side,
        reason,
        is_number
    from lines
)

select * from final
