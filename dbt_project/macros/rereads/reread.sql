{# The schemas into which KPIs are computed once more, apart from the warehouse's own tables; kpi_rows_reread, kpi_values_reread and kpi_rereads read them. #}
{% macro reread_bases() -%}
    {{ return(['as_now', 'as_before', 'as_published', 'at_old_rates']) }}
{%- endmacro %}

{% macro reread_relation(basis, name) -%}
    {{ return(api.Relation.create(database=target.database, schema=basis, identifier=name)) }}
{%- endmacro %}

{# Runs the definitions once more into schema `basis`, but only what follows from `replaced` (name of a model or seed -> {sql, names}: what it is
   there, and where only rows of certain names differ, these). `from_on` and `before_on` bound the periods that are meant (null: all). Where
   only `counts_otherwise`, the rows are added up with all else as it is. #}
{% macro reread(basis, definitions, replaced, from_on=none, before_on=none, counts_otherwise=false) -%}
    {%- set relation = reread_relation(basis, 'none') -%}
    {%- do adapter.drop_schema(relation) -%}
    {%- do adapter.create_schema(relation) -%}
    {%- set built, moved, derived = {}, {}, [] -%}
    {%- set counted = namespace(codes=[]) -%}
    {%- for one in definitions -%}
        {%- set sql = namespace(text=replaced[one.name]['sql'] if one.name in replaced else one.sql) -%}
        {%- set parents = one.parents.split(',') -%}
        {%- set causes = [] -%}
        {%- for parent in parents if parent in built -%}
            {%- set names = replaced[parent]['names'] if parent in replaced else counted.codes or ['(none)'] if parent == 'kpi_values_base' else [] -%}
            {%- if not names or quoted_in(names, one.sql) -%}{%- do causes.append(parent) -%}{%- endif -%}
        {%- endfor -%}
        {%- if one.name in replaced or causes -%}
            {%- for old, new in moved.items() -%}{%- set sql.text = sql.text | replace(old, new) -%}{%- endfor -%}
            {%- set code = one.kpi_code or (one.name[:-6] if one.name.endswith('_views')) -%}
            {%- if code and 'kpi_values_base' in built -%}
                {%- do derived.append(code) -%}
            {%- elif code and code not in counted.codes -%}
                {%- do counted.codes.append(code) -%}
            {%- endif -%}
            {%- if one.name == 'kpi_rows' -%}
                {%- set counted.codes = keep_differing_rows(basis, sql.text, counted.codes) -%}
                {%- set sql.text = 'select * from ' ~ reread_relation(basis, 'all_rows') ~ ' where kpi_code in (' ~ quoted(counted.codes) ~ ')' -%}
            {%- elif one.name == 'kpi_values_base' -%}
                {# what derived KPIs read of the others stays as it is #}
                {%- set sql.text = 'select * from (' ~ sql.text ~ ') as base union all select * from ' ~ one.relation_name ~ ' where kpi_code not in (' ~ quoted(counted.codes) ~ ')' -%}
            {%- endif -%}
            {%- set there = reread_relation(basis, one.name) -%}
            {%- do run_query('create ' ~ ('view ' if one.materialized == 'view' else 'table ') ~ there ~ ' as ' ~ sql.text) -%}
            {%- if counts_otherwise and one.name == 'kpi_rows' -%}{%- do built.clear() -%}{%- do moved.clear() -%}{%- endif -%}
            {%- do built.update({one.name: true}) -%}
            {%- do moved.update({one.relation_name: there | string}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ reread_results(basis, built, counted.codes, derived, from_on, before_on) }}
{%- endmacro %}

{# Counts the KPIs' rows into table `all_rows`, in the columns of today, and returns the codes of those that are not counted as in kpi_rows. #}
{% macro keep_differing_rows(basis, sql, codes) -%}
    {%- set all_rows, built = reread_relation(basis, 'all_rows'), reread_relation(basis, 'rows_as_built') -%}
    {%- do run_query('create table ' ~ built ~ ' as select * from (' ~ sql ~ ') as rows where kpi_code in (' ~ quoted(codes) ~ ')') -%}
    {%- set there = adapter.get_columns_in_relation(built) | map(attribute='name') | list -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(ref('kpi_rows')) -%}
        {%- do columns.append(column.name if column.name in there else 'cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
    {%- endfor -%}
    {%- do run_query('create table ' ~ all_rows ~ ' as select ' ~ columns | join(', ') ~ ' from ' ~ built) -%}
    {%- set counted = counted_columns() | join(', ') -%}
    {%- set differing = query_rows(
        'select distinct kpi_code from ('
        ~ 'select ' ~ counted ~ ' from (select ' ~ counted ~ ', 1 as there from ' ~ all_rows
        ~ ' union all select ' ~ counted ~ ', -1 from ' ~ ref('kpi_rows') ~ ' where kpi_code in (' ~ quoted(codes) ~ ')) as both_sides'
        ~ ' group by ' ~ counted ~ ' having sum(there) <> 0) as differing order by kpi_code'
    ) -%}
    {{ return(differing | map(attribute=0) | list) }}
{%- endmacro %}

{# What the models read of a basis, whether or not anything was computed in it. #}
{% macro reread_results(basis, built, codes, derived, from_on, before_on) -%}
    {%- set base, all_values = reread_relation(basis, 'kpi_values_base'), reread_relation(basis, 'kpi_values') -%}
    {%- if 'kpi_rows' not in built -%}
        {%- do run_query('create table ' ~ reread_relation(basis, 'kpi_rows') ~ ' as select * from ' ~ ref('kpi_rows') ~ ' where 1 = 0') -%}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- if 'kpi_values_base' in built and codes -%}
        {%- do selects.append('select * from ' ~ base ~ ' where kpi_code in (' ~ quoted(codes) ~ ')') -%}
    {%- endif -%}
    {%- if 'kpi_values_derived' in built and derived -%}
        {%- do selects.append('select * from ' ~ reread_relation(basis, 'kpi_values_derived') ~ ' where kpi_code in (' ~ quoted(derived) ~ ')') -%}
    {%- endif -%}
    {%- if not selects -%}{%- do selects.append('select * from ' ~ ref('kpi_values_base') ~ ' where 1 = 0') -%}{%- endif -%}
    {%- do run_query('create view ' ~ all_values ~ ' as ' ~ selects | join(' union all ')) -%}
    {%- set listed = [] -%}
    {%- for code in codes + derived -%}
        {%- do listed.append("select '" ~ code ~ "' as kpi_code, cast(" ~ literal_or_null(from_on) ~ ' as date) as from_on, cast(' ~ literal_or_null(before_on) ~ ' as date) as before_on') -%}
    {%- endfor -%}
    {%- do run_query('create table ' ~ reread_relation(basis, 'kpi_codes') ~ ' as '
        ~ (listed | join(' union all ') or 'select cast(null as ' ~ dbt.type_string() ~ ') as kpi_code, cast(null as date) as from_on, cast(null as date) as before_on where 1 = 0')) -%}
{%- endmacro %}

{% macro quoted(names) -%}
    {{ return("'" ~ (names or ['']) | join("', '") ~ "'") }}
{%- endmacro %}

{# Whether one of the names stands in the SQL as a text. #}
{% macro quoted_in(names, sql) -%}
    {%- for name in names if "'" ~ name ~ "'" in sql -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{%- endmacro %}
