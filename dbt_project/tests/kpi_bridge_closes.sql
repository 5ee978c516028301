-- Blocking: marketing's number and its steps make the shared number, and that with sales's steps makes sales's, in every period and segment; and the
-- shared number with the change of definition makes the number as it is now.
{%- set period = 'kpi_code, grain, period_start, segment, segment_value, component' %}
select
    {{ period }},
    sum(case when reason = 'marketing' then amount end) as marketing,
    sum(case when reason = 'shared' then amount end) as shared,
    sum(case when reason = 'sales' then amount end) as sales
from {{ ref('kpi_bridge') }}
group by {{ period }}
having (
    count(*) filter (where reason in ('marketing', 'sales')) > 0
    and (
        count(*) filter (where reason in ('marketing', 'shared', 'sales')) <> 3
        {%- for column in ['amount', 'count'] %}
        or sum(case when side = 'marketing' then {{ column }} when side = 'shared' then -{{ column }} else 0 end) <> 0
        or sum(case when reason = 'sales' then -{{ column }} when side in ('shared', 'sales') then {{ column }} else 0 end) <> 0
        {%- endfor %}
    )
)
or (
    count(*) filter (where reason = 'as_now') > 0
    and (
        count(*) filter (where reason in ('shared', 'definition_change', 'as_now')) <> 3
        {%- for column in ['amount', 'count'] %}
        or sum(case when reason = 'as_now' then -{{ column }} when reason in ('shared', 'definition_change') then {{ column }} else 0 end) <> 0
        {%- endfor %}
    )
)
