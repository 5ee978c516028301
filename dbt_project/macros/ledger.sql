{# The rows of a table of the run ledger, each with the `publish_no` of the version that left it. #}
{% macro recorded_rows(name) -%}
    select publishes.publish_no, {{ ledger_columns(name) }}
    from {{ source('ledger', name) }} as recorded
    join {{ ref('publishes') }} as publishes on recorded.version = publishes.version
{%- endmacro %}

{# The same, and the rows that this run would add: all that a mart of history folds. #}
{% macro ledger_rows(name) -%}
    {{ recorded_rows(name) }}
    union all
    select publishes.publish_no, {{ ledger_columns(name) }}
    from {{ ref(name) }} as recorded
    join {{ ref('publishes') }} as publishes on publishes.is_present
{%- endmacro %}

{# The table's columns as its sources YAML declares them, but for the version. #}
{% macro ledger_columns(name) -%}
    {%- if not execute -%} {{ return('1') }} {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in source_node('ledger', name).columns if column != 'version' -%}
        {%- do columns.append('recorded.' ~ column) -%}
    {%- endfor -%}
    {{ return(columns | join(', ')) }}
{%- endmacro %}
