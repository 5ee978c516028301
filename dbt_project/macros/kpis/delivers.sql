{# Whether the company delivers a table (and a column of it) at all. A rate of what it does not deliver would be 0 of all the others, which nobody has measured: there it goes with `needs` of the KPI's YAML. #}
{% macro delivers(table, column=none) -%}
    exists (select 1 from {{ ref(table) }}{{ ' where ' ~ column ~ ' is not null' if column }})
{%- endmacro %}
