-- Blocking: where there is any person, these marts have rows.
{% set marts = ['leads', 'people', 'stage_events', 'kpi_values', 'kpi_catalogue', 'calendar', 'data_status'] -%}
with row_counts as (
    {% for mart in marts -%}
    select '{{ mart }}' as mart, count(*) as row_cnt from {{ ref(mart) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

people as (
    select count(*) as person_cnt from {{ ref('con_people') }}
)

select row_counts.mart
from row_counts
join people on people.person_cnt > 0
where row_counts.row_cnt = 0
