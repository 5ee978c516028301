{# Flows with a target for a period in which nothing was counted: the target stands against 0, not against nothing. #}
{%- set keys = ['kpi_code', 'view', 'member', 'grain', 'period_start', 'segment', 'segment_value'] %}
with targets as (
    select * from {{ ref('kpi_targets') }} where target <> 0
),

definitions as (
    select kpi_code, definition_version from {{ ref('kpi_definitions') }} where kind = 'flow' and availability = 'available'
),

counted as (
    select * from {{ ref('kpi_values_base') }} where basis = 'flow'
),

periods as (
    select grain, period_start, is_over from {{ ref('kpi_calendar') }}
),

idle as (
    select
        {%- for key in keys %}
        targets.{{ key }},
        {%- endfor %}
        definitions.definition_version,
        'flow' as basis,
        0 as numerator,
        0 as n,
        periods.is_over as is_mature
    from targets
    join definitions on targets.kpi_code = definitions.kpi_code
    join periods on targets.grain = periods.grain and targets.period_start = periods.period_start
    left join counted
        on {% for key in keys -%}
            targets.{{ key }} = counted.{{ key }}{{ ' and ' if not loop.last }}
        {%- endfor %}
    where counted.kpi_code is null
),

final as (
    select
        {{ kpi_value_columns("'sum'", 'cast(numerator as double)', denominator='null', keys=kpi_value_names()) }}
    from idle
)

select * from final
