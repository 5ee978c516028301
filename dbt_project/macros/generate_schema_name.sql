{# A model's schema is the name its folder gives, the same on every target: readers rely on `marts`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
