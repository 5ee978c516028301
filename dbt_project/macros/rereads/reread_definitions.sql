{# Everything that is read once more before kpi_rows_reread selects it. #}
{% macro reread_definitions() -%}
    {%- if execute -%}
        {%- set now = definition_list('select name, relation_name, materialized, kpi_code, parents, sql from ' ~ ref('definitions_now') ~ ' order by position') -%}
        {%- set as_of_on = query_rows('select cast(as_of_on as ' ~ dbt.type_string() ~ ') from ' ~ ref('run_parameters'))[0][0] -%}
        {%- set changes = dated_changes(now, as_of_on) -%}
        {%- set today = {} -%}
        {%- for name in changes -%}{%- do today.update({name: seed_in_force(name, as_of_on, changes[name])}) -%}{%- endfor -%}
        {{ reread('as_now', now, today) }}
        {{ reread_before(now, changes, as_of_on) }}
        {{ reread_published(now) }}
    {%- endif -%}
{%- endmacro %}

{# Rows of definitions_now as dicts. #}
{% macro definition_list(query) -%}
    {%- set found = [] -%}
    {%- for row in query_rows(query) -%}
        {%- do found.append({'name': row[0], 'relation_name': row[1], 'materialized': row[2], 'kpi_code': row[3], 'parents': row[4], 'sql': row[5]}) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The seeds of thresholds [`meta: validity: definition`] of which something changed by then: seed -> {name: last day of change}; the name is empty where the seed has
   none. A day of change is the first of a new row, or the first after an ended one. #}
{% macro dated_changes(definitions, as_of_on) -%}
    {%- set found = {} -%}
    {%- for one in definitions if one.materialized == 'seed' and (seed_node(one.name).config.meta or {}).get('validity') == 'definition' -%}
        {%- set name = "name" if 'name' in seed_node(one.name).columns else "''" -%}
        {%- set rows = query_rows(
            'select name, cast(max(changed_on) as ' ~ dbt.type_string() ~ ') from ('
            ~ 'select ' ~ name ~ ' as name, valid_from as changed_on from ' ~ one.relation_name
            ~ ' union all select ' ~ name ~ ', ' ~ add_days('valid_to', 1) ~ ' from ' ~ one.relation_name
            ~ ") as changes where changed_on <= date '" ~ as_of_on ~ "' group by name order by name"
        ) -%}
        {%- if rows -%}{%- do found.update({one.name: dict(rows)}) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro seed_node(name) -%}
    {{ return(graph.nodes['seed.' ~ project_name ~ '.' ~ name]) }}
{%- endmacro %}

{# A seed in which, of the names given, the rows of that day hold always; of other names everything stays dated. #}
{% macro seed_in_force(name, day, changed) -%}
    {%- set node = seed_node(name) -%}
    {%- set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) -%}
    {%- set is_changed = '1 = 1' if '' in changed else 'rows.name in (' ~ quoted(changed | list) ~ ')' -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.append(
            'case when ' ~ is_changed ~ ' then null else rows.' ~ column.name ~ ' end as ' ~ column.name
            if column.name in ['valid_from', 'valid_to'] else 'rows.' ~ column.name
        ) -%}
    {%- endfor -%}
    {%- set sql = 'select ' ~ columns | join(', ') ~ ' from ' ~ relation ~ ' as rows where not (' ~ is_changed ~ ') or ' ~ in_force('rows', "date '" ~ day ~ "'") -%}
    {{ return({'sql': sql, 'names': changed | reject('equalto', '') | list}) }}
{%- endmacro %}

{# Those of the definitions of then whose SQL is not today's: name -> what `reread` puts in its place. #}
{% macro differing(then, now) -%}
    {%- set by_name, found = {}, {} -%}
    {%- for one in now -%}{%- do by_name.update({one.name: one.sql}) -%}{%- endfor -%}
    {%- for one in then if by_name.get(one.name) != one.sql -%}{%- do found.update({one.name: {'sql': one.sql, 'names': []}}) -%}{%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# What was last published once more, with the definitions and seeds of then on the data of now: where exchange rates changed, with those of then too. #}
{% macro reread_published(now) -%}
    {%- set then = definition_list(
        'select name, relation_name, materialized, kpi_code, parents, sql from ' ~ ref('recorded_definitions')
        ~ ' where version = (select max(version) from ' ~ ref('recorded_definitions') ~ ') order by position'
    ) -%}
    {%- set changed, rates = differing(then, now), {} -%}
    {%- if 'fx_rates' in changed -%}{%- do rates.update({'fx_rates': changed.pop('fx_rates')}) -%}{%- endif -%}
    {{ reread('as_published', rows_only(then), changed) }}
    {%- do rates.update(changed if rates else {}) -%}
    {{ reread('at_old_rates', rows_only(then), rates) }}
{%- endmacro %}

{# The definitions that the counted rows are made of. #}
{% macro rows_only(definitions) -%}
    {%- set found, needed = [], ['kpi_rows'] -%}
    {%- for one in definitions | reverse -%}
        {%- if one.name in needed -%}
            {%- do needed.extend(one.parents.split(',')) -%}
            {%- do found.append(one) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found | reverse | list) }}
{%- endmacro %}
