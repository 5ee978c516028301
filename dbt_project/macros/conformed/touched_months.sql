{# What an increment of activities_ma builds again, asked before its SQL is written, so that the scan can skip the rest: `months` (SQL
   dates) and `rows`, a condition on `_batch_id` that all their rows meet. A batch that is new or gone touches the months of its rows,
   and those in which their other deliveries count. #}
{% macro touched_months(activities, batches) -%}
    {%- set feeds = event_feeds('ma_activity') -%}
    {%- set from_month, to_month = env_var('TASUKI_BACKFILL_FROM', ''), env_var('TASUKI_BACKFILL_TO', '') -%}
    {%- set landed -%} (select batch_id from {{ batches }} where system || '.' || table_name in ('{{ feeds.names | join("', '") }}')) {%- endset -%}
    {%- set held -%} (select _batch_id from {{ this }} where _batch_id is not null group by _batch_id) {%- endset -%}
    {%- set arrived = literals('select batch_id from ' ~ landed ~ ' as landed where batch_id not in ' ~ held) -%}
    {%- set withdrawn = literals('select _batch_id from ' ~ held ~ ' as held where _batch_id not in ' ~ landed) -%}
    {%- set new_rows = among('_batch_id', arrived) ~ (' or _batch_id is null' if feeds.without_batch else '') -%}
    {%- if not (arrived or withdrawn or from_month or feeds.without_batch) -%}
        {{ return({'months': [], 'rows': 'true'}) }}
    {%- endif -%}
    {%- set month = "cast(date_trunc('month', occurred_at) as date)" -%}
    {%- set months -%}
        with arrived as (
            select source_system, activity_id, {{ month }} as occurred_month from {{ activities }} where {{ new_rows }}
        ),

        withdrawn as (
            select source_system, activity_id, occurred_month from {{ this }} where {{ among('_batch_id', withdrawn) }}
        )

        select occurred_month from arrived where occurred_month is not null
        union
        select held.occurred_month
        from {{ this }} as held
        inner join arrived on held.source_system = arrived.source_system and held.activity_id = arrived.activity_id
        {%- if withdrawn %}
        union
        select occurred_month from withdrawn
        union
        select {{ month }}
        from {{ activities }} as landed
        inner join withdrawn on landed.source_system = withdrawn.source_system and landed.activity_id = withdrawn.activity_id
        where landed.occurred_at is not null
        {%- endif %}
        {%- if from_month or feeds.snapshots %}
        union
        select occurred_month
        from (
            select {{ month }} as occurred_month from {{ activities }} where occurred_at is not null
            union
            select occurred_month from {{ this }}
        ) as all_months
        {%- if not feeds.snapshots %}
        where occurred_month between cast(date_trunc('month', date '{{ from_month }}') as date) and date '{{ to_month }}'
        {%- endif %}
        {%- endif %}
    {%- endset -%}
    {%- set found = literals(months, 'date ') -%}
    {%- if withdrawn or from_month or feeds.snapshots -%}
        {{ return({'months': found, 'rows': 'true'}) }}
    {%- endif -%}
    {%- set of_months = literals('select _batch_id from ' ~ this ~ ' where _batch_id is not null and ' ~ among('occurred_month', found) ~ ' group by 1') -%}
    {{ return({'months': found, 'rows': '(' ~ new_rows ~ ' or ' ~ among('_batch_id', of_months) ~ ')'}) }}
{%- endmacro %}

{# The raw tables that the systems' models of a contract table read: `names`, whether one delivers `snapshots` (whose silence deletes rows
   of any month), and whether a model's rows come `without_batch` (they are new in every run). #}
{% macro event_feeds(table) -%}
    {%- set feeds = {'names': [], 'snapshots': false, 'without_batch': false} -%}
    {%- for system in var('contract_sources')[table] -%}
        {%- set model = graph.nodes['model.' ~ project_name ~ '.' ~ system ~ '__' ~ table] -%}
        {%- if '_batch_id' not in model.columns -%} {%- do feeds.update({'without_batch': true}) -%} {%- endif -%}
        {%- for id in model.depends_on.nodes if id in graph.sources and graph.sources[id].source_name != 'landing' -%}
            {%- do feeds.names.append(graph.sources[id].source_name ~ '.' ~ graph.sources[id].name) -%}
            {%- if feed_delivery(graph.sources[id]) == 'snapshot' -%} {%- do feeds.update({'snapshots': true}) -%} {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(feeds) }}
{%- endmacro %}

{# The first column of a query's rows as SQL literals, in order. #}
{% macro literals(query, type='') -%}
    {%- set found = [] -%}
    {%- for row in run_query('select * from (' ~ query ~ ') as found order by 1').rows -%}
        {%- do found.append(type ~ "'" ~ row[0] ~ "'") -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro among(column, literals) -%}
    {{ return(column ~ ' in (' ~ literals | join(', ') ~ ')' if literals else 'false') }}
{%- endmacro %}
