{# The KPIs that marketing and sales count in their own ways: the model `<code>_views` beside each holds their rows. #}
{% macro bridged_kpis() -%}
    {{ return([
        'accept_rate', 'appt_cnt', 'asp', 'comp_loss', 'cycle_days', 'handoff_b1_cnt', 'hot_lead_cnt', 'hot_lead_share', 'inquiry_cnt',
        'lead_new', 'mkt_sourced_pipe', 'mql_cnt', 'mql_rate', 'onboard_rate', 'opp_cnt', 'opp_rate', 'pipe_created', 'reject_rate', 'sla_met',
        'source_known', 'stl_attempt', 'stl_contact', 'valid_opp_cnt', 'valid_opp_rate', 'win_rate_close', 'win_rate_cohort', 'won_amt', 'won_cnt',
    ]) }}
{%- endmacro %}

{# What the bridge of a KPI goes over, each apart: component -> {amount: what a row adds to it, where: of which rows}. A duration has no sum that makes
   its median; the bridge goes over the total of what has ended, how many have, and how many have not. #}
{% macro bridge_components(code) -%}
    {%- if code in kpi_list()['duration'] -%}
        {%- set ended = {'where': 'not is_censored'} -%}
        {{ return({
            'numerator': dict(ended, amount='cast(measure as decimal(18, 2))'),
            'denominator': dict(ended, amount='cast(1 as decimal(18, 2))'),
            'censored': {'amount': 'cast(1 as decimal(18, 2))', 'where': 'is_censored'},
        }) }}
    {%- elif code in kpi_list()['cohort'] + kpi_list()['period'] -%}
        {{ return({
            'numerator': {'amount': 'numerator', 'where': 'numerator <> 0'},
            'denominator': {'amount': 'denominator', 'where': 'denominator <> 0'},
        }) }}
    {%- else -%}
        {{ return({'numerator': {'amount': 'numerator', 'where': 'true'}}) }}
    {%- endif -%}
{%- endmacro %}

{# The variant of a KPI that the bridge leads to: the one that both teams signed. #}
{% macro bridge_member(code) -%}
    {{ return({
        'cycle_days': 'opportunity', 'mkt_sourced_pipe': 'handoff', 'stl_attempt': 'wall_clock', 'stl_contact': 'wall_clock'
    }.get(code, '')) }}
{%- endmacro %}

{# The reasons whose condition holds, separated by commas; the bridge takes the first of them in the order of bridge_reasons.csv. #}
{% macro bridge_reasons(conditions) -%}
    concat_ws(
        ','
        {%- for reason, condition in conditions.items() %},
        case when {{ condition }} then {{ reason }} end
        {%- endfor %}
    )
{%- endmacro %}

{# What every row of a team's view says of its record, where the row is a shared subject itself: nothing; and why the shared view may not count it. #}
{% macro bridge_no_record(conditions={}) -%}
    cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as source_record_type,
        cast(null as {{ dbt.type_string() }}) as source_record_id,
        false as is_merged_record,
        {{ bridge_reasons(conditions) if conditions else "''" }} as uncounted_reasons
{%- endmacro %}

{# Why a cycle that a team takes for hot is none: of columns of team_cycles. #}
{% macro not_hot_reasons() -%}
    {{ return({
        'inflow_as': 'handed_over_on is null',
        "'not_handed_over'": 'handed_over_on is null',
        "'score_too_low'": 'not has_score',
        "'other_persona'": 'not has_persona',
        "'no_recent_response'": 'has_score and has_persona and not is_hot',
    }) }}
{%- endmacro %}
