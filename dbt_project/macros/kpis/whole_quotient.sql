{# dividend / divisor cut down to a whole number, exactly: what does not divide is taken away before the engine divides. Neither is negative. #}
{% macro whole_quotient(dividend, divisor) -%}
    cast(({{ dividend }} - {{ dividend }} % {{ divisor }}) / nullif({{ divisor }}, 0) as decimal(18, 2))
{%- endmacro %}
