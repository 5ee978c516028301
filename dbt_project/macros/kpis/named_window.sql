{# A from-clause item: the days of the named window [windows.csv] with their validity, to join by in_force. #}
{% macro named_window(name) -%}
    (select days, valid_from, valid_to from {{ ref('windows') }} where name = '{{ name }}')
{%- endmacro %}
