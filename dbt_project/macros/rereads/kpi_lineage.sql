{# What KPI values are made of after the input contract: dbt's nodes, each after those it reads. Not what the run was told, and not what carries
   rows over from run to run, whose SQL depends on what is there. #}
{% macro kpi_lineage() -%}
    {%- set waiting = ['model.' ~ project_name ~ '.kpi_values_base', 'model.' ~ project_name ~ '.kpi_values_derived'] -%}
    {%- set parents = {} -%}
    {%- for id in waiting if id not in parents -%}
        {%- set own = [] -%}
        {%- for parent in graph.nodes[id].depends_on.nodes if parent in graph.nodes -%}
            {%- set node = graph.nodes[parent] -%}
            {%- if node.resource_type == 'seed' or not (node.fqn[1] in ['staging', 'contract', 'mismatches', 'history', 'ledger'] or node.config.materialized == 'incremental' or node.name == 'run_parameters') -%}
                {%- do own.append(parent) -%}
                {%- do waiting.append(parent) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do parents.update({id: own}) -%}
    {%- endfor -%}
    {%- set nodes, placed = [], {} -%}
    {%- for pass in parents if placed | length < parents | length -%}
        {%- for id in parents | reverse if id not in placed and not parents[id] | reject('in', placed) | list -%}
            {%- do placed.update({id: true}) -%}
            {%- do nodes.append(graph.nodes[id]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(nodes) }}
{%- endmacro %}

{# The rows of a seed as a query of literals. #}
{% macro seed_as_sql(node) -%}
    {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) -%}
    {%- if not columns -%}
        {{ return('select 1 as nothing_is_loaded') }}
    {%- endif -%}
    {%- set texts = [] -%}
    {%- for column in columns -%}
        {%- do texts.append('cast(' ~ adapter.quote(column.name) ~ ' as ' ~ dbt.type_string() ~ ') as c' ~ loop.index) -%}
    {%- endfor -%}
    {%- set rows = query_rows('select ' ~ texts | join(', ') ~ ' from ' ~ relation ~ ' order by ' ~ range(1, columns | length + 1) | join(', ')) -%}
    {%- set selects = [] -%}
    {%- for row in rows or [columns] -%}
        {%- set values = [] -%}
        {%- for column in columns -%}
            {%- set text = row[loop.index0] if rows else none -%}
            {%- do values.append('cast(' ~ (dbt.string_literal(dbt.escape_single_quotes(text)) if text is not none else 'null') ~ ' as ' ~ column.data_type ~ ') as ' ~ adapter.quote(column.name)) -%}
        {%- endfor -%}
        {%- do selects.append('select ' ~ values | join(', ') ~ ('' if rows else ' where 1 = 0')) -%}
    {%- endfor -%}
    {{ return(selects | join(' union all ')) }}
{%- endmacro %}

{# A query's rows as tuples. #}
{% macro query_rows(sql) -%}
    {%- call statement('query_rows', fetch_result=true) -%} {{ sql }} {%- endcall -%}
    {{ return(load_result('query_rows')['data']) }}
{%- endmacro %}
