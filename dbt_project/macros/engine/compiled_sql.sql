{# A from-clause item with the columns `path` and `sql`: what dbt has compiled in this run of the models in `files` (paths below the project, as
   SQL literals). #}
{% macro compiled_sql(files) -%}
    {{ return(adapter.dispatch('compiled_sql')(files, env_var('DBT_TARGET_PATH', 'target') ~ '/compiled/' ~ project_name ~ '/')) }}
{%- endmacro %}

{% macro duckdb__compiled_sql(files, folder) -%}
    (
        select replace(filename, '{{ folder }}', '') as path, content as sql
        from read_text([{% for file in files %}'{{ folder }}' || {{ file }}{{ ', ' if not loop.last }}{% endfor %}])
    )
{%- endmacro %}

{% macro spark__compiled_sql(files, folder) -%}
    (
        {%- for file in files %}
        select {{ file }} as path, concat_ws('\n', collect_list(value)) as sql from text.`{{ folder }}{{ file | replace("'", '') }}`
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}
