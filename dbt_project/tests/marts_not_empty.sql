-- Blocking: where there is any person, these marts have rows; leads where any has a time, stage events where any is conformed.
{% set marts = {'people': 'con_people', 'leads': 'lead_cycles', 'kpi_values': 'lead_cycles', 'kpi_catalogue': 'con_people', 'calendar': 'con_people',
                'data_status': 'con_people', 'stage_events': 'con_stage_events'} -%}
with row_counts as (
    {% for mart, made_of in marts.items() -%}
    select '{{ mart }}' as mart, (select count(*) from {{ ref(mart) }}) as row_cnt, (select count(*) from {{ ref(made_of) }}) as source_cnt
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select mart
from row_counts
where row_cnt = 0 and source_cnt > 0
