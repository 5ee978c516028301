{# Lifecycle stage by its internal name: UI exports write the label ("Marketing Qualified Lead"). #}
{% macro hubspot_stage_code(text) -%}
    replace(lower({{ text }}), ' ', '')
{%- endmacro %}
