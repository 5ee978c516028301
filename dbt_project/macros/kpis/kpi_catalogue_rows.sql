{# A select per KPI with what its YAML says. Whether it can be computed is asked of the tables that it needs. #}
{% macro kpi_catalogue_rows() -%}
    {%- for codes in kpi_list().values() -%}
        {%- for code in codes -%}{%- do ref(code) -%}{%- endfor -%}
    {%- endfor -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- set parents = {} -%}
    {%- for codes in kpi_list().values() -%}
        {%- for code in codes -%}{%- do parents.update({code: kpi_meta(code).get('parent')}) -%}{%- endfor -%}
    {%- endfor -%}
    {%- for kind, codes in kpi_list().items() if codes -%}
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
        '{{ kpi_unit(meta['unit']) }}' as unit,
        '{{ meta['good'] }}' as good,
        cast({{ literal_or_null(meta.get('partner')) }} as {{ dbt.type_string() }}) as partner_code,
        cast({{ literal_or_null(meta.get('window')) }} as {{ dbt.type_string() }}) as window_name,
        cast({{ meta['version'] }} as integer) as definition_version,
        '{{ node.original_file_path }}' as sql_path,
        '{{ meta.get('members', []) | join(', ') }}' as members,
        '{{ meta.get('members', [''])[0] }}' as first_member,
        '{{ kind }}{{ ', period' if meta.get('period_basis') }}' as bases,
        'shared{{ ', marketing, sales' if code in bridged_kpis() }}' as views,
        cast({{ literal_or_null(meta.get('parent')) }} as {{ dbt.type_string() }}) as parent_code,
        cast({{ kpi_level(code, parents) }} as integer) as level,
        {{ 'true' if meta.get('estimated') else 'false' }} as is_estimated,
        {{ 'true' if 'is_mature' in node.columns else 'false' }} as has_maturity,
        {{ kpi_availability(meta.get('needs', [])) }} as availability
            {%- if not (loop.last and kind_loop.last) %}
    union all
            {%- endif %}
        {%- endfor -%}
    {%- endfor -%}
{%- endmacro %}

{# A KPI's YAML says its money in yen: the unit of a company that counts in another currency is that currency. #}
{% macro kpi_unit(unit) -%}
    {{ unit if var('base_currency') == 'JPY' else unit | replace('円', var('base_currency')) }}
{%- endmacro %}

{% macro literal_or_null(text) -%}
    {{ "'" ~ text ~ "'" if text else 'null' }}
{%- endmacro %}

{# How many KPIs stand between a KPI and the one that has no parent. `parents` is code -> parent. #}
{% macro kpi_level(code, parents) -%}
    {%- set path = [code] -%}
    {%- for step in range(20) if parents.get(path[-1]) -%}{%- do path.append(parents[path[-1]]) -%}{%- endfor -%}
    {%- if path | unique | list | length < path | length -%}
        {{ exceptions.raise_compiler_error('KPI ' ~ code ~ ' is its own ancestor: ' ~ path | join(' < ')) }}
    {%- endif -%}
    {{ path | length - 1 }}
{%- endmacro %}

{# 'available', or which of `needs` the company does not have: a table or seed without rows, or without a value in the column. A need that names
   neither is never met. #}
{% macro kpi_availability(needs, otherwise='not available') -%}
    {%- set unmet = [] -%}
    {%- for need in needs -%}
        {%- set name = need.get('table') or need.get('seed') -%}
        {%- set nodes = graph.nodes.values() | selectattr('name', 'equalto', name) | selectattr('resource_type', 'in', ['model', 'seed']) | list -%}
        {%- if name and not nodes -%}
            {{ exceptions.raise_compiler_error('needs: there is no table or seed ' ~ name) }}
        {%- endif -%}
        {%- set rows = 'select count(*) from ' ~ nodes[0].relation_name if name -%}
        {%- set met = 'false' if not name else '(' ~ rows ~ ' where ' ~ need['column'] ~ ' is not null) > 0' if need.get('column') else '(' ~ rows ~ ') > 0' -%}
        {%- do unmet.append('case when not (' ~ met ~ ") then " ~ dbt.string_literal(dbt.escape_single_quotes(need['text'])) ~ " end") -%}
    {%- endfor -%}
    {%- if unmet -%}
        coalesce('{{ otherwise }}: needs ' || nullif(concat_ws(', ', {{ unmet | join(', ') }}), ''), 'available')
    {%- else -%}
        'available'
    {%- endif -%}
{%- endmacro %}
