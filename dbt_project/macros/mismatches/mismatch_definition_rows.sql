{# A select per rule with what its YAML says. Whether a company has what the rule needs is asked of the tables. #}
{% macro mismatch_definition_rows() -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- for rule in mismatch_rules() -%}
        {%- set meta = mismatch_meta(rule) -%}
        {%- set node = graph.nodes['model.' ~ project_name ~ '.' ~ rule] %}
    select
        '{{ meta['code'] }}' as rule_code,
        {%- for name in ['name_ja', 'name_en', 'level', 'severity', 'team', 'rule_ja', 'rule_en', 'action_ja', 'action_en'] %}
        {{ dbt.string_literal(dbt.escape_single_quotes(meta[name])) }} as {{ name }},
        {%- endfor %}
        {{ meta.get('blocks', false) | lower }} as blocks,
        '{{ meta['systems'] | sort | join(', ') }}' as systems,
        {{ "'" ~ meta['transit'] ~ "'" if meta.get('transit') else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as transit,
        concat_ws(
            ', ',
            cast(null as {{ dbt.type_string() }})
            {%- for name in meta['tolerances'] %},
            (
                select name || ' = ' || case when value = floor(value) then cast(cast(value as bigint) as {{ dbt.type_string() }}) else cast(value as {{ dbt.type_string() }}) end || ' ' || unit
                from {{ ref('mismatch_tolerances_in_force') }}
                where name = '{{ name }}'
            )
            {%- endfor %}
        ) as tolerance,
        '{{ node.original_file_path }}' as sql_path,
        {{ kpi_availability(meta.get('needs', []), 'not applicable') }} as availability
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor -%}
{%- endmacro %}

{# The raw tables whose freshness is that of a kind of system: a select of (kind, system, table_name). #}
{% macro feeds_by_kind() -%}
    {%- if not execute -%}
        {{ return('select 1') }}
    {%- endif -%}
    {%- set tables = {
        'ma': ['ma_person', 'ma_stage_history', 'ma_activity'],
        'crm': ['crm_lead', 'crm_contact', 'crm_account', 'crm_opportunity', 'crm_activity'],
        'cs': ['cs_contract'],
    } -%}
    {%- set feeds = [] -%}
    {%- for kind, names in tables.items() -%}
        {%- for table in names -%}
            {%- for feed in event_feeds(table).names -%}{%- do feeds.append(kind ~ '.' ~ feed) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for feed in feeds | unique %}
    select '{{ feed.split('.')[0] }}' as kind, '{{ feed.split('.')[1] }}' as system, '{{ feed.split('.')[2] }}' as table_name
    {{ 'union all' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
