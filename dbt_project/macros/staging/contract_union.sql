{# A table of the input contract: the models `<system>__<table>` of the systems that feed it (var contract_sources), one under
   the other. Columns and types are the contract's YAML; a column that a system's YAML does not name is null for that system. #}
{% macro contract_union(table) -%}
    {%- set systems = var('contract_sources')[table] -%}
    {%- set relations = {} -%}
    {%- for system in systems -%}
        {%- do relations.update({system: ref(system ~ '__' ~ table)}) -%}
    {%- endfor -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- for system in systems %}
        {%- set given = graph.nodes['model.' ~ project_name ~ '.' ~ system ~ '__' ~ table].columns %}
        {%- if not loop.first %}

union all

        {% endif -%}
select
    cast('{{ system }}' as {{ dbt.type_string() }}) as source_system
        {%- for column in model.columns.values() if column.name != 'source_system' %},
    cast({{ column.name if column.name in given else 'null' }} as {{ sql_type(column.data_type) }}) as {{ column.name }}
        {%- endfor %}
from {{ relations[system] }}
    {%- endfor %}
{%- endmacro %}

{# A staging model of the system `generic`: the newest rows of the raw table of the same name, in contract shape already.
   A snapshot that no longer has a key deletes it. A lead that has a conversion's date or opportunity was converted, and
   a campaign's member with a response's time responded, where nothing says so. #}
{% macro generic_contract_rows(table) -%}
    {%- set newest = newest_rows('generic', table) -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- set columns = model.columns.keys() | list -%}
with newest as (
    {{ newest }}
),

final as (
    select
        {%- for column in columns %}
        {% if column == 'is_deleted' -%} {{ is_gone(['is_deleted']) }} {{ 'or (is_deleted is null and deleted_at is not null) ' if 'deleted_at' in columns }}as is_deleted
        {%- elif column == 'deleted_at' -%}
        case
            when is_deleted is null and deleted_at is not null then deleted_at
            else {{ gone_at(['is_deleted'], ['deleted_at']) }}
        end as deleted_at
        {%- elif column == 'is_converted' -%}
        coalesce(is_converted, converted_on is not null or converted_at is not null or converted_opportunity_id is not null) as is_converted
        {%- elif column == 'has_responded' -%} coalesce(has_responded, responded_at is not null) as has_responded
        {%- elif column == 'delivered_at' -%} _extracted_at as delivered_at
        {%- else -%} {{ column }} {%- endif %}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from newest
    {%- if 'is_deleted' not in columns %}
    where _missing_since is null
    {%- endif %}
)

select * from final
{%- endmacro %}
