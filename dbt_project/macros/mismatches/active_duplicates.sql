{# Keys with several rows that say `_fivetran_active`, in the newest batch that has the key; of the raw tables that declare the column. With the
   table of the input contract whose records they are: one with a page of its own first, among those built of the raw table. #}
{% macro active_duplicates() -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- for node in graph.sources.values() if keeps_history(node) -%}
    {%- set keys = key_columns(node) -%}
    {%- set tables = [] -%}
    {%- for model in graph.nodes.values() if model.resource_type == 'model' and model.name.startswith(node.source_name ~ '__') and node.unique_id in model.depends_on.nodes -%}
        {%- do tables.append(model.name.split('__')[1]) -%}
    {%- endfor %}
    {%- set records = tables | select('in', record_tables()) | list %}
    select
        '{{ node.source_name }}.{{ node.name }}' as feed, '{{ (records + tables)[0] }}' as table_name, record_id, row_cnt, extracted_at
    from (
        select
            {{ keys | map(attribute='text') | join(" || '|' || ") }} as record_id,
            _batch_id,
            count(*) as row_cnt,
            max(_extracted_at) as extracted_at
        from {{ source(node.source_name, node.name) }}
        where {{ parse_as(given_text('_fivetran_active'), 'boolean', 'UTC') }} and {{ has_key(node) }}
        group by 1, 2
    ) as counted
    qualify row_number() over (partition by record_id order by extracted_at desc, _batch_id desc) = 1 and row_cnt > 1
    union all
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as feed,
        cast(null as {{ dbt.type_string() }}) as table_name,
        cast(null as {{ dbt.type_string() }}) as record_id,
        cast(null as bigint) as row_cnt,
        cast(null as timestamp) as extracted_at
    where false
{%- endmacro %}
