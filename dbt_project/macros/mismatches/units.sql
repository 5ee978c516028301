{# The ratios of unit_ratios with the bounds within which two amounts differ by them, in parts of a hundred. #}
{% macro unit_bounds() -%}
    select
        unit,
        cast(ratio * (100 - {{ mismatch_tolerance('d06_unit_percent') }}) as decimal(28, 4)) as low,
        cast(ratio * (100 + {{ mismatch_tolerance('d06_unit_percent') }}) as decimal(28, 4)) as high
    from {{ ref('unit_ratios') }}
{%- endmacro %}

{# Whether two amounts that are not equal differ by the ratio of a row of unit_bounds(): tax, months of a year, thousands. No debit does. #}
{% macro differ_by_unit(greater, smaller, units) -%}
    {{ greater }} * 100 >= {{ smaller }} * {{ units }}.low and {{ greater }} * 100 <= {{ smaller }} * {{ units }}.high
{%- endmacro %}

{# An amount with its currency, as text. #}
{% macro amount_text(amount, currency) -%}
    cast({{ amount }} as {{ dbt.type_string() }}) || ' ' || coalesce({{ currency }}, '{{ var("base_currency") }}')
{%- endmacro %}
{# Money columns of the raw tables that changed their unit on the feed's newest day: most rows that came with another amount before differ by one
   ratio of unit_ratios. Only feeds that were delivered on several days, and that deliver a row again, are read. #}
{% macro unit_changes() -%}
    {%- do ref('unit_ratios') -%}
    {%- do ref('mismatch_tolerances_in_force') -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- set batches = source('landing', 'batches') -%}
    {%- set deliveries = run_query('select system, table_name from ' ~ batches ~ ' group by 1, 2 having count(distinct ' ~ business_date('extracted_at') ~ ') > 1').rows -%}
    {%- set repeated = [] -%}
    {%- for row in deliveries -%}{%- do repeated.append(row[0] ~ '.' ~ row[1]) -%}{%- endfor -%}
    {%- for node in graph.sources.values() if node.source_name ~ '.' ~ node.name in repeated and feed_delivery(node) != 'append' -%}
        {%- for column in raw_columns(node) if column.data_type == 'decimal(18,2)' %}
    {{ unit_changes_of(node, column) }}
    union all
        {%- endfor -%}
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as feed,
        cast(null as {{ dbt.type_string() }}) as column_name,
        cast(null as {{ dbt.type_string() }}) as note,
        cast(null as timestamp) as occurred_at
    where false
{%- endmacro %}

{% macro unit_changes_of(node, column) -%}
    {%- set keys = key_columns(node) -%}
    select
        '{{ node.source_name }}.{{ node.name }}' as feed,
        '{{ column.name }}' as column_name,
        'unit changed: ' || units.unit as note,
        max(changes.extracted_at) as occurred_at
    from (
        select
            *,
            count(*) over () as row_cnt
        from (
            select
                _extracted_at as extracted_at,
                {{ parse_as(column.text, column.data_type, 'UTC') }} as amount,
                lag({{ parse_as(column.text, column.data_type, 'UTC') }}) over (
                    partition by {{ keys | map(attribute='text') | join(', ') }} order by _extracted_at, _batch_id, _row_number
                ) as previous_amount,
                max(_extracted_at) over () as newest_at
            from {{ source(node.source_name, node.name) }}
            where {{ has_key(node) }}
        ) as versions
        where {{ business_date('extracted_at') }} = {{ business_date('newest_at') }} and amount > 0 and previous_amount > 0
    ) as changes
    inner join ({{ unit_bounds() }}) as units
        on {{ differ_by_unit('greatest(changes.amount, changes.previous_amount)', 'least(changes.amount, changes.previous_amount)', 'units') }}
    group by units.unit, changes.amount > changes.previous_amount
    having count(*) >= {{ mismatch_tolerance('i06_rows') }} and count(*) * 100 >= {{ mismatch_tolerance('i06_percent') }} * max(changes.row_cnt)
{%- endmacro %}
