{# The batches of the registry that this incremental model has not checked yet. #}
{% macro unchecked_batches() -%}
    select system, table_name, batch_id, source_file
    from {{ source('landing', 'batches') }} as batches
    {%- if is_incremental() %}
    where not exists (
        select 1
        from {{ this }} as checked
        where checked.reason is null
            and checked.system = batches.system
            and checked.table_name = batches.table_name
            and checked.batch_id = batches.batch_id
    )
    {%- endif %}
{%- endmacro %}

{# One row per value that fails its cast, per row without key and per row that another of its key follows in its file, in the unchecked batches. The SQL is written for the tables that
   have such batches; the others are not read. #}
{% macro failed_casts() -%}
    {%- set registry = unchecked_batches() -%}
    {%- set selects = [] -%}
    {%- if execute -%}
        {%- set batches = {} -%}
        {%- for row in run_query('select system, table_name, batch_id from (' ~ registry ~ ') as unchecked order by 1, 2, 3').rows -%}
            {%- set name = row[0] ~ '.' ~ row[1] -%}
            {%- do batches.update({name: batches.get(name, []) + [row[2]]}) -%}
        {%- endfor -%}
        {%- for node in graph.sources.values() if batches.get(node.source_name ~ '.' ~ node.name) -%}
            {%- do selects.append(failed_casts_of(node, batches[node.source_name ~ '.' ~ node.name])) -%}
            {%- do selects.append(repeated_keys_of(node, batches[node.source_name ~ '.' ~ node.name])) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for column, type in [('system', 'varchar'), ('table_name', 'varchar'), ('column_name', 'varchar'), ('value', 'varchar'),
                             ('wanted_type', 'varchar'), ('reason', 'varchar'), ('batch_id', 'varchar'), ('source_file', 'varchar'),
                             ('row_number', 'bigint')] -%}
        {{ 'select ' if loop.first }}cast(null as {{ sql_type(type) }}) as {{ column }}{{ ', ' if not loop.last }}
    {%- endfor %}
    where false
    {%- for select in selects %}

    union all

    {{ select }}
    {%- endfor %}
{%- endmacro %}

{# The failures of one raw table in the given batches: one scan reads the columns that can fail and finds the rows, then one select per
   column tells them apart. #}
{% macro failed_casts_of(node, batch_ids) -%}
    {%- set typed, checks = [], [] -%}
    {%- for column in raw_columns(node) if column.data_type != 'varchar' -%}
        {%- set text = adapter.quote(column.name) -%}
        {%- do typed.append(column.text ~ ' as ' ~ text) -%}
        {%- do checks.append({'column_name': column.name, 'wanted_type': column.data_type, 'value': text, 'reason': 'not a ' ~ column.data_type,
            'fails': text ~ ' is not null and ' ~ parse_as(text, column.data_type, 'UTC') ~ ' is null'}) -%}
    {%- endfor -%}
    {%- for key in key_columns(node) -%}
        {%- do typed.append('not ' ~ key.given ~ ' as lacks_key_' ~ loop.index) -%}
        {%- do checks.append({'column_name': key.name, 'wanted_type': 'varchar', 'value': 'cast(null as ' ~ dbt.type_string() ~ ')', 'reason': 'missing key',
            'fails': 'lacks_key_' ~ loop.index}) -%}
    {%- endfor -%}
    select * from (
        with texts as (
            select
                {%- for column in typed %}
                {{ column }},
                {%- endfor %}
                _batch_id,
                _source_file,
                _row_number
            from {{ source(node.source_name, node.name) }}
            where _batch_id in ({% for id in batch_ids %}'{{ id }}'{{ ', ' if not loop.last }}{% endfor %})
        ),

        checked as (
            select
                *
                {%- for check in checks %},
                {{ check.fails }} as fails_{{ loop.index }}
                {%- endfor %}
            from texts
        ),

        suspects as (
            select * from checked
            where {% for check in checks %}fails_{{ loop.index }}{{ ' or ' if not loop.last }}{% endfor %}
        )

        {% for check in checks %}
        select
            '{{ node.source_name }}', '{{ node.name }}', '{{ check.column_name }}', {{ check.value }}, '{{ check.wanted_type }}', '{{ check.reason }}',
            _batch_id, _source_file, _row_number
        from suspects
        where fails_{{ loop.index }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ) as failures
{%- endmacro %}

{# The rows of the given batches that do not count as another one of their key follows them in their file and says something else: the key may be
   none. Where a connector keeps history that is as it should be. Events are many and their key is seldom wrong: the first ones tell. #}
{% macro repeated_keys_of(node, batch_ids) -%}
    {%- set keys = key_columns(node) -%}
    {%- set columns = [] -%}
    {%- for column in node.columns.values() -%}{%- do columns.append(adapter.quote(column.name)) -%}{%- endfor -%}
    {%- set key_and_batch = fingerprint(keys | map(attribute='stand_in') | list + ['_batch_id']) -%}
    {%- set looked_at -%}
        from {{ source(node.source_name, node.name) }}
        where _batch_id in ({% for id in batch_ids %}'{{ id }}'{{ ', ' if not loop.last }}{% endfor %})
            and {{ has_key(node) }}
            {%- if keeps_history(node) %}
            and {{ given_text('_fivetran_active') }} is null
            {%- endif %}
            {%- if feed_delivery(node) == 'append' %}
            and _row_number <= 100000
            {%- endif %}
    {%- endset -%}
    select * from (
        with repeated as (
            select {{ key_and_batch }} as key_and_batch {{ looked_at }} group by 1 having count(*) > 1
        ),

        numbered as (
            select
                {{ keys | map(attribute='text') | join(" || '|' || ") }} as key_text,
                {{ fingerprint(columns) }} as content,
                _batch_id,
                _source_file,
                _row_number
            {{ looked_at }}
                and {{ key_and_batch }} in (select key_and_batch from repeated)
        ),

        followed as (
            select
                *,
                last_value(content) over (
                    partition by _batch_id, key_text order by _row_number nulls last rows between unbounded preceding and unbounded following
                ) as last_content
            from numbered
        )

        select
            '{{ node.source_name }}', '{{ node.name }}', '{{ keys | map(attribute='name') | join(', ') }}', key_text, 'varchar', 'followed by another row of its key',
            _batch_id, _source_file, _row_number
        from followed
        where content <> last_content
    ) as repeated_keys
{%- endmacro %}
