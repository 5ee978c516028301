{# The SQL that this run's KPI values are made of: compiled, each model after those that it reads, and the rows of the seeds as SQL. What is
   recorded of it lets the next run tell a changed definition from changed data. #}
-- depends_on: {{ ref('kpi_values_base') }}, {{ ref('kpi_values_derived') }}
{%- set nodes = kpi_lineage() if execute else [] %}
{%- set files = [] %}
{%- for node in nodes if node.resource_type == 'model' %}{% do files.append("'" ~ node.original_file_path ~ "'") %}{% endfor %}
with nodes as (
    {%- for node in nodes %}
    select
        {{ loop.index }} as position,
        '{{ node.name }}' as name,
        '{{ node.relation_name }}' as relation_name,
        '{{ node.config.materialized }}' as materialized,
        {{ literal_or_null((node.config.meta.get('kpi') or {}).get('code')) }} as kpi_code,
        '{% for parent in node.depends_on.nodes %}{{ parent.split('.')[2] }}{{ ',' if not loop.last }}{% endfor %}' as parents,
        '{{ node.original_file_path }}' as path,
        {{ dbt.string_literal(dbt.escape_single_quotes(seed_as_sql(node))) if node.resource_type == 'seed' else 'null' }} as seed_sql
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

compiled as (
    select path, sql from {{ compiled_sql(files) }}
),

final as (
    select
        nodes.position,
        nodes.name,
        nodes.relation_name,
        nodes.materialized,
        nodes.kpi_code,
        nodes.parents,
        coalesce(nodes.seed_sql, compiled.sql) as sql
    from nodes
    left join compiled on nodes.path = compiled.path
)

select * from final
