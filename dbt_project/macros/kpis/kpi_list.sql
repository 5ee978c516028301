{# Every KPI by its kind. A KPI is a model of this name with `meta.kpi` in its YAML; the test kpi_list_is_complete compares the two. #}
{% macro kpi_list() -%}
    {{ return({
        'flow': [
            'appt_cnt',
            'appt_held',
            'attr_rev',
            'handoff_b1_cnt',
            'hot_lead_cnt',
            'inquiry_cnt',
            'lead_new',
            'lead_value',
            'mkt_cost',
            'mkt_infl_pipe',
            'mkt_sourced_pipe',
            'mql_cnt',
            'new_customer_cnt',
            'opp_cnt',
            'opp_loss_amt',
            'pipe_created',
            'valid_opp_cnt',
            'won_amt',
            'won_cnt',
        ],
        'cohort': [
            'accept_rate',
            'approach_rate',
            'hot_lead_share',
            'l2w',
            'mql_rate',
            'onboard_rate',
            'opp_rate',
            'persist_met',
            'persona_fit',
            'recycle_rate',
            'recycle_yield',
            'reject_rate',
            'reject_reason_cov',
            'relay_integrity',
            'research_share',
            'sla_met',
            'source_known',
            'stage_cr',
            'valid_opp_rate',
            'win_rate_cohort',
        ],
        'period': [
            'asp',
            'comp_loss',
            'csat',
            'fb_cov',
            'mismatch_rate',
            'nps',
            'regress_rate',
            'win_rate_amt',
            'win_rate_close',
        ],
        'duration': [
            'cs_handoff_days',
            'cycle_days',
            'l2w_days',
            'stl_attempt',
            'stl_contact',
        ],
        'stock': [
            'arr',
            'is_stock_cnt',
            'opp_open',
            'pipe_open',
            'untouched_cnt',
        ],
        'start_cohort': [
            'grr',
            'latent_approach',
            'logo_churn',
            'nrr',
            'slip_rate',
        ],
        'distinct': [
            'mql_person',
        ],
        'derived': [
            'cac',
            'coverage',
            'cpl',
            'cpmql',
            'fcst_acc',
            'gp_contrib',
            'ltv',
            'ltv_cac',
            'payback',
            'persona_gap',
            'untouched_rate',
            'velocity',
            'view_gap',
        ],
    }) }}
{%- endmacro %}

{# Every segment there is: columns of subject_segments. #}
{% macro known_segments() -%}
    {{ return(['channel', 'campaign', 'persona', 'industry', 'company_size', 'owner', 'region']) }}
{%- endmacro %}

{# The segments that KPI values are split by, besides the total: the company's choice of the known ones. #}
{% macro kpi_segments() -%}
    {%- for segment in var('kpi_segments') if segment not in known_segments() -%}
        {{ exceptions.raise_compiler_error('kpi_segments: ' ~ segment ~ ' is none of ' ~ known_segments() | join(', ')) }}
    {%- endfor -%}
    {{ return(var('kpi_segments')) }}
{%- endmacro %}

{# KPIs whose values of shorter periods add up to that of a longer one: the flows, and the contribution, which is made of sums. #}
{% macro kpis_that_add_up() -%}
    {{ return(kpi_list()['flow'] + ['gp_contrib']) }}
{%- endmacro %}

{# The grains of KPI values: name -> column of con_calendar that says where a day's period starts. #}
{% macro kpi_grains() -%}
    {{ return({
        'day': 'date_on',
        'week': 'week_start_on',
        'month': 'month_start_on',
        'fiscal_quarter': 'fiscal_quarter_start_on',
        'fiscal_year': 'fiscal_year_start_on'
    }) }}
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
