{# The columns of a table of the run ledger, as its sources YAML declares them. #}
{% macro ledger_columns(table) -%}
    {{ return((source_node('ledger', table).columns | join(', ')) if execute else '1') }}
{%- endmacro %}

{# The rows of a table of the run ledger, each with the `publish_no` of the version that left it. `columns` are those wanted of the table. #}
{% macro recorded_rows(table, columns) -%}
    select publishes.publish_no, {{ columns }}
    from {{ ref('recorded_' ~ table) }} as recorded
    join {{ ref('publishes') }} as publishes on recorded.version = publishes.version
{%- endmacro %}

{# The same, and the rows that this run would add: all that a mart of history folds. #}
{% macro ledger_rows(table, columns) -%}
    {{ recorded_rows(table, columns) }}
    union all
    select publishes.publish_no, {{ columns }}
    from {{ ref('new_' ~ table) }} as present
    join {{ ref('publishes') }} as publishes on publishes.is_present
{%- endmacro %}

{# Whether this run goes on from what was published. One that looks back, as of a day before that of an earlier version, restates nothing and leaves
   nothing that the next one could differ from. #}
{% macro goes_on() -%}
    exists (select 1 from {{ ref('publishes') }} where is_present and not coalesce(is_back, false))
{%- endmacro %}
