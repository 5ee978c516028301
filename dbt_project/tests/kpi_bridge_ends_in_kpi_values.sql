-- Blocking: the three numbers of the bridge are those of kpi_values, in every period and segment.
with bridge as (
    select kpi_code, grain, period_start, segment, segment_value, component, reason as view, amount
    from {{ ref('kpi_bridge') }}
    where reason in ('marketing', 'shared', 'sales') and kpi_code in ('{{ bridged_kpis() | join("', '") }}')
),

published as (
    {% for component, column in {'numerator': 'numerator', 'denominator': 'denominator', 'censored': 'censored_cnt'}.items() -%}
    select kpi_code, grain, period_start, segment, segment_value, '{{ component }}' as component, view, {{ column }} as amount
    from {{ ref('kpi_values') }}
    where {{ column }} is not null
        and statistic <> 'p90'
        and (basis in ('flow', 'cohort', 'duration') or kpi_code in ('{{ kpi_list()['period'] | join("', '") }}'))
        and (
            {%- for code in bridged_kpis() %}
            {{ 'or ' if not loop.first }}(kpi_code = '{{ code }}' and member = '{{ bridge_member(code) }}')
            {%- endfor %}
        )
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    coalesce(bridge.kpi_code, published.kpi_code) as kpi_code,
    coalesce(bridge.view, published.view) as view,
    coalesce(bridge.grain, published.grain) as grain,
    coalesce(bridge.period_start, published.period_start) as period_start,
    bridge.amount,
    published.amount as published_amount
from bridge
full outer join published
    on bridge.kpi_code = published.kpi_code
        and bridge.grain = published.grain
        and bridge.period_start = published.period_start
        and bridge.segment = published.segment
        and bridge.segment_value = published.segment_value
        and bridge.component = published.component
        and bridge.view = published.view
where coalesce(bridge.amount, 0) <> coalesce(published.amount, 0)
