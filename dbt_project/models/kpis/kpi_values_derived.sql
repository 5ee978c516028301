{# KPIs made of other KPIs' values. #}
with derived as (
    {%- for code in kpi_list()['derived'] -%}
        {%- set rows = ref(code) -%}
        {%- set meta = kpi_meta(code) if execute else {'version': 1} %}
    select
        '{{ code }}' as kpi_code,
        cast({{ meta['version'] }} as integer) as definition_version,
        view,
        'derived' as basis,
        member,
        grain,
        period_start,
        segment,
        segment_value,
        numerator,
        denominator,
        cast(value as double) as value,
        cast(null as bigint) as n,
        {{ 'is_mature' if execute and 'is_mature' in kpi_node(code).columns else 'true' }} as is_complete
    from {{ rows }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

periods as (
    select grain, period_start, is_over from {{ ref('kpi_calendar') }}
),

dated as (
    select derived.*, periods.is_over and derived.is_complete as is_mature
    from derived
    join periods on derived.grain = periods.grain and derived.period_start = periods.period_start
),

final as (
    select
        {{ kpi_value_columns("'value'", 'value', keys=kpi_value_names()) }}
    from dated
)

select * from final
