{# 1 where the condition holds, else 0; an unknown counts as 0 #}
{% macro counts_when(condition) -%}
    cast(case when {{ condition }} then 1 else 0 end as decimal(18, 2))
{%- endmacro %}
