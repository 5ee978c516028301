{# Whether the company delivers what a KPI counts: a rate of it would be 0 of all the others, which nobody has measured. It goes with `needs` of the KPI's YAML. #}
{% macro delivers(table, column=none) -%}
    exists (select 1 from {{ ref(table) }}{{ ' where ' ~ column ~ ' is not null' if column }})
{%- endmacro %}
