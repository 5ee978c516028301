{# A select per KPI with what its YAML says. #}
{% macro kpi_catalogue_rows() -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- for kind, codes in kpi_list().items() -%}
        {%- set kind_loop = loop -%}
        {%- for code in codes -%}
            {%- set meta = kpi_meta(code) -%}
            {%- set node = kpi_node(code) %}
    select
        '{{ code }}' as kpi_code,
        '{{ meta['name_ja'] }}' as name_ja,
        {{ dbt.string_literal(dbt.escape_single_quotes(meta['name_en'])) }} as name_en,
        '{{ meta['question_ja'] }}' as question_ja,
        {{ dbt.string_literal(dbt.escape_single_quotes(meta['question_en'])) }} as question_en,
        '{{ meta['kind'] }}' as kind,
        '{{ meta['owner'] }}' as owner_process,
        '{{ meta['direction'] }}' as direction,
        '{{ meta['unit'] }}' as unit,
        '{{ meta['good'] }}' as good,
        '{{ meta['partner'] }}' as partner_code,
        cast({{ "'" ~ meta['window'] ~ "'" if meta.get('window') else 'null' }} as {{ dbt.type_string() }}) as window_name,
        cast({{ meta['version'] }} as integer) as definition_version,
        '{{ node.original_file_path }}' as sql_path,
        '{{ meta.get('members', []) | join(', ') }}' as members,
        '{{ kind }}{{ ', period' if meta.get('period_basis') }}' as bases
            {%- if not (loop.last and kind_loop.last) %}
    union all
            {%- endif %}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}
