{# The KPIs whose YAML says so of `mark`. #}
{% macro kpi_codes_with(mark) -%}
    {%- set found = [] -%}
    {%- for codes in kpi_list().values() -%}
        {%- for code in codes if kpi_meta(code).get(mark) -%}{%- do found.append(code) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
