{# What each KPI that is made of others reads besides their values: {kpi_code, name of the model or seed, whether it is an input that people keep}. #}
{% macro derived_sources() -%}
    {%- set found = [] -%}
    {%- for code in kpi_list()['derived'] if execute -%}
        {%- set waiting = [kpi_node(code).unique_id] -%}
        {%- for id in waiting -%}
            {%- set node = graph.nodes[id] -%}
            {%- set is_seed = node.resource_type == 'seed' -%}
            {%- do found.append({'kpi_code': code, 'name': node.name, 'is_input': is_seed and (node.config.meta or {}).get('validity') != 'definition'}) -%}
            {%- for parent in node.depends_on.nodes if parent in graph.nodes and parent not in waiting -%}
                {%- set read = graph.nodes[parent] -%}
                {%- if read.resource_type == 'seed' or (read.fqn[1] == 'kpis' and not read.name.startswith('kpi_values') and read.name != 'kpi_calendar') -%}{%- do waiting.append(parent) -%}{%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}
