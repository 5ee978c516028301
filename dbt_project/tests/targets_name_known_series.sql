-- Blocking: a target names a KPI and a segment that exist and starts where its period does; any other would be lost without a word.
with starts as (
    {% for grain, period_start in kpi_grains().items() -%}
    select distinct '{{ grain }}' as grain, {{ period_start }} as period_start from {{ ref('con_calendar') }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select targets.*
from {{ ref('targets') }} as targets
left join {{ ref('kpi_definitions') }} as definitions on targets.kpi_code = definitions.kpi_code
left join starts on targets.grain = starts.grain and targets.period_start = starts.period_start
where definitions.kpi_code is null
    or starts.grain is null
    or coalesce(nullif(targets.segment, ''), 'all') not in ('all', '{{ known_segments() | join("', '") }}')
