{# A from-clause item with the columns `path` and `sql`: what dbt has compiled in this run of the models in `files` (paths below the project, as
   SQL literals). #}
{% macro compiled_sql(files) -%}
    {{ return(adapter.dispatch('compiled_sql')(files)) }}
{%- endmacro %}

{% macro duckdb__compiled_sql(files) -%}
    (
        select replace(filename, '{{ compiled_folder() }}', '') as path, content as sql
        from read_text([{% for file in files %}'{{ compiled_folder() }}' || {{ file }}{{ ', ' if not loop.last }}{% endfor %}])
    )
{%- endmacro %}

{% macro spark__compiled_sql(files) -%}
    (
        {%- for file in files %}
        select {{ file }} as path, concat_ws('\n', collect_list(value)) as sql from text.`{{ compiled_folder() }}{{ file | replace("'", '') }}`
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{% macro compiled_folder() -%}
    {{ return(env_var('DBT_TARGET_PATH', 'target') ~ '/compiled/' ~ project_name ~ '/') }}
{%- endmacro %}
