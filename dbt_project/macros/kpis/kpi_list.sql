{# Every KPI by its kind. A KPI is a model of this name with `meta.kpi` in its YAML; the test kpi_list_is_complete compares the two. #}
{% macro kpi_list() -%}
    {{ return({
        'flow': ['lead_new', 'mql_cnt', 'handoff_b1_cnt', 'opp_cnt', 'valid_opp_cnt', 'won_cnt', 'won_amt'],
        'cohort': [
            'mql_rate', 'hot_lead_share', 'accept_rate', 'sla_met', 'approach_rate', 'opp_rate', 'win_rate_cohort', 'relay_integrity'
        ],
        'period': ['win_rate_close', 'asp'],
        'duration': ['stl_attempt', 'cycle_days'],
        'stock': ['untouched_cnt'],
        'start_cohort': ['logo_churn', 'grr', 'nrr']
    }) }}
{%- endmacro %}

{# The segments that KPI values are split by, besides the total: columns of subject_segments. #}
{% macro kpi_segments() -%}
    {{ return(['channel', 'campaign', 'persona']) }}
{%- endmacro %}

{# The grains of KPI values: name -> column of con_calendar that says where a day's period starts. Each is made of whole months. #}
{% macro kpi_grains() -%}
    {{ return({'month': 'month_start_on', 'fiscal_quarter': 'fiscal_quarter_start_on', 'fiscal_year': 'fiscal_year_start_on'}) }}
{%- endmacro %}

{# The model that defines a KPI (its latest version, where the definition has several). #}
{% macro kpi_node(code) -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.name == code and node.config.meta.get('kpi') and node.version == node.latest_version -%}
        {{ return(node) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error('KPI ' ~ code ~ ' of kpi_list() has no model with meta.kpi') }}
{%- endmacro %}

{# What a KPI's YAML says: its `meta.kpi`. #}
{% macro kpi_meta(code) -%}
    {{ return(kpi_node(code).config.meta['kpi']) }}
{%- endmacro %}
