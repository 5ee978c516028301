{# A region in one width, without what kind of prefecture it is: 東京都 and 東京, 大阪府 and 大阪. The 都 of 京都 is of its name. #}
{% macro region_key(text) -%}
    {{ replace_matches("replace(lower(replace(" ~ text ~ ", ' ', '')), '東京都', '東京')", '[府県]$', '') }}
{%- endmacro %}
