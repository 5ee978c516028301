{# Address of a record in its tool, by the company's template for the system; null where there is none, or where the id is not of letters,
   digits, - and _ (an id comes from an export and must not become anything else than an id). #}
{% macro record_url(system, id) -%}
    {%- if not var('record_urls') -%} {{ return('cast(null as ' ~ dbt.type_string() ~ ')') }} {%- endif -%}
    case
        {%- for name, template in var('record_urls').items() %}
        when {{ system }} = '{{ name }}' and {{ matches_fully(id, '[0-9A-Za-z_-]+') }}
            then replace({{ dbt.string_literal(dbt.escape_single_quotes(template)) }}, '{id}', {{ id }})
        {%- endfor %}
    end
{%- endmacro %}
