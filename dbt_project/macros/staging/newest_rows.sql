{# The declared columns of a raw table, from its sources YAML: list of {name, data_type, text, stand_in, given}. `text` is SQL on the
   raw columns: the first that is not empty of the column itself and those declared with `alias_of`, then the hash of the columns in
   `made_of`; an id of Salesforce in full, one that is a number as a whole one (`id_of`). `stand_in` is equal for equal texts and costs no hash; `given` is whether there is a text. #}
{% macro raw_columns(source_node) -%}
    {%- set texts = {} -%}
    {%- for column in source_node.columns.values() -%}
        {%- set name = column.config.meta.get('alias_of', column.name) -%}
        {%- do texts.update({name: texts.get(name, []) + [given_text(adapter.quote(column.name))]}) -%}
    {%- endfor -%}
    {%- set columns = [] -%}
    {%- for column in source_node.columns.values() if column.name in texts -%}
        {%- set own = texts[column.name] -%}
        {%- set made_of = [] -%}
        {%- for part in column.config.meta.get('made_of', []) -%}
            {%- do made_of.append(first_text(texts[part])) -%}
        {%- endfor -%}
        {%- if made_of -%}
            {%- set when_made = 'case when ' ~ made_of[0] ~ ' is not null then ' -%}
            {%- set text = first_text(own + [when_made ~ string_hash(made_of) ~ ' end']) -%}
            {%- set stand_in = first_text(own + [joined_text(made_of)]) -%}
        {%- else -%}
            {%- set text, stand_in = first_text(own), first_text(own) -%}
        {%- endif -%}
        {%- if column.config.meta.get('id_of') == 'salesforce' -%}
            {%- set text, stand_in = full_salesforce_id(text), full_salesforce_id(stand_in) -%}
        {%- elif column.config.meta.get('id_of') == 'number' -%}
            {%- set text, stand_in = whole_number_id(text), whole_number_id(stand_in) -%}
        {%- endif -%}
        {%- do columns.append({'name': column.name, 'data_type': column.data_type or 'varchar', 'text': text, 'stand_in': stand_in,
                               'given': '(' ~ (own + made_of[:1]) | join(' is not null or ') ~ ' is not null)'}) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{% macro first_text(texts) -%}
    {%- if texts | length == 1 -%} {{ return(texts[0]) }} {%- else -%} {{ return('coalesce(' ~ texts | join(', ') ~ ')') }} {%- endif -%}
{%- endmacro %}

{% macro source_node(system, table) -%}
    {%- for node in graph.sources.values() if node.source_name == system and node.name == table -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error("models/staging/" ~ system ~ "/_" ~ system ~ "__sources.yml declares no table " ~ table) }}
{%- endmacro %}

{# How a feed delivers: the company's setting, else the source's YAML. #}
{% macro feed_delivery(node) -%}
    {{ return(var('feed_deliveries').get(node.source_name ~ '.' ~ node.name) or node.config.meta['delivery']) }}
{%- endmacro %}

{# Zone of timestamps that carry none: the company's setting for the table or system, else the source's YAML, else the business time zone. #}
{% macro feed_timezone(node) -%}
    {%- set zones = var('source_timezones') -%}
    {{ return(zones.get(node.source_name ~ '.' ~ node.name) or zones.get(node.source_name)
              or node.config.meta.get('timezone') or business_timezone()) }}
{%- endmacro %}

{# A subquery: the newest version of each key of a raw table. Every declared column under its own name with its declared type
   (null where empty or not of the type), `_batch_id`, `_extracted_at`, and `_missing_since`: the extraction time (UTC) of the first
   complete snapshot without the key, or of a history without a row in force, null while it is there. Deleted rows are not left out, rows without key are; cast_failures reports them. #}
{% macro newest_rows(system, table) -%}
    {%- set relation = source(system, table) -%}
    {%- set batches = source('landing', 'batches') -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- set node = source_node(system, table) -%}
    {%- set delivery = feed_delivery(node) -%}
    select
        {%- for column in raw_columns(node) %}
        {{ parse_as('newest.' ~ adapter.quote(column.name), column.data_type, feed_timezone(node)) }} as {{ adapter.quote(column.name) }},
        {%- endfor %}
        newest._batch_id,
        newest._extracted_at,
        {%- set missing_since = 'extractions.missing_since' if delivery == 'snapshot' else 'cast(null as timestamp)' %}
        {%- if keeps_history(node) %}
        case when {{ is_in_force('newest.') }} then {{ missing_since }} else newest._extracted_at end as _missing_since
        {%- else %}
        {{ missing_since }} as _missing_since
        {%- endif %}
    from (
        {{ newest_texts(relation, node, delivery) }}
    ) as newest
    {%- if delivery == 'snapshot' %}
    left join (
        {{ next_complete_snapshots(batches, system, table) }}
    ) as extractions on newest._batch_id = extractions.batch_id
    {%- endif %}
{%- endmacro %}

{# What of raw_columns() is the key. #}
{% macro key_columns(node) -%}
    {%- set keys = [] -%}
    {%- for column in raw_columns(node) if column.name in node.config.meta['key'] -%}
        {%- do keys.append(column) -%}
    {%- endfor -%}
    {{ return(keys) }}
{%- endmacro %}

{% macro has_key(node) -%}
    {% for key in key_columns(node) %}{{ key.given }}{{ ' and ' if not loop.last }}{% endfor %}
{%- endmacro %}

{# Whether a connector may deliver every version of a record, and say which one is in force. #}
{% macro keeps_history(node) -%}
    {{ return('_fivetran_active' in node.columns) }}
{%- endmacro %}

{% macro is_in_force(rows='') -%}
    coalesce({{ parse_as(given_text(rows ~ '_fivetran_active'), 'boolean', 'UTC') }}, true)
{%- endmacro %}

{# The declared columns as text, null where empty, of the landed rows that have a key and that no newer row of their key replaces.
   Only keys are put in order, the other columns are read of what remains. Events are many and rarely repeated: a fingerprint finds
   the few keys seen twice. #}
{% macro newest_texts(relation, node, delivery) -%}
    {%- set keys = key_columns(node) -%}
    {%- set fingerprint_of_key = fingerprint(keys | map(attribute='stand_in') | list) -%}
    select
            {%- for column in raw_columns(node) %}
            {{ column.text }} as {{ adapter.quote(column.name) }},
            {%- endfor %}
            _batch_id,
            _extracted_at
        from {{ relation }}
        left join (
            select _batch_id as replaced_batch_id, _row_number as replaced_row_number
            from {{ relation }}
            where {{ has_key(node) }}
                {%- if delivery == 'append' %}
                and {{ fingerprint_of_key }} in (
                    select {{ fingerprint_of_key }} from {{ relation }} where {{ has_key(node) }} group by 1 having count(*) > 1
                )
                {%- endif %}
            qualify row_number() over (
                partition by {{ keys | map(attribute='text') | join(', ') }} order by _extracted_at desc, _batch_id desc,
                {%- if keeps_history(node) %} case when {{ is_in_force() }} then 1 else 0 end desc,{% endif %} _row_number desc
            ) > 1
        ) as replaced on _batch_id = replaced_batch_id and _row_number = replaced_row_number
        where replaced_batch_id is null and {{ has_key(node) }}
{%- endmacro %}

{# Per batch of a snapshot feed: when the next complete snapshot was taken. All dated batches of one extraction are one snapshot; a file
   without a date in its name (its `part`) is replaced by its own next version alone, so that an unchanged neighbour is not taken for deleted. #}
{% macro next_complete_snapshots(batches, system, table) -%}
    select
            of_feed.batch_id,
            snapshots.missing_since
        from {{ batches }} as of_feed
        inner join (
            select
                part,
                extracted_at,
                min(case when is_complete then extracted_at end)
                    over (partition by part order by extracted_at nulls last rows between 1 following and unbounded following) as missing_since
            from (
                select part, extracted_at, min(case when is_complete then 1 else 0 end) = 1 as is_complete
                from {{ batches }}
                where system = '{{ system }}' and table_name = '{{ table }}'
                group by part, extracted_at
            ) as complete
        ) as snapshots on of_feed.part = snapshots.part and of_feed.extracted_at = snapshots.extracted_at
        where of_feed.system = '{{ system }}' and of_feed.table_name = '{{ table }}'
{%- endmacro %}

{# Whether the source says the record is gone: one of its flags, or its absence from a complete snapshot. #}
{% macro is_gone(flags, rows='') -%}
    {%- set rows = rows ~ '.' if rows else '' -%}
    ({% for flag in flags %}coalesce({{ rows }}{{ flag }}, false) or {% endfor %}{{ rows }}_missing_since is not null)
{%- endmacro %}

{# When it went: by its own flags at the first of `times` that is known, else at the extraction that told. A connector alone tells of a record that
   went without a trace, so that its own times are of before: it went when that was synced. Without flag since it was missing. #}
{% macro gone_at(flags, times, rows='') -%}
    {%- set rows = rows ~ '.' if rows else '' -%}
    {%- if not flags -%}
        {{ rows }}_missing_since
    {%- else -%}
        case
            when {% for flag in flags if flag != '_fivetran_deleted' %}coalesce({{ rows }}{{ flag }}, false){{ ' or ' if not loop.last }}{% endfor %}
                then coalesce({% for time in times %}{{ rows }}{{ time }}, {% endfor %}{{ rows }}_extracted_at)
            {%- if '_fivetran_deleted' in flags %}
            when {{ rows }}_fivetran_deleted then coalesce({{ rows }}_fivetran_synced, {{ rows }}_extracted_at)
            {%- endif %}
            else {{ rows }}_missing_since
        end
    {%- endif -%}
{%- endmacro %}
