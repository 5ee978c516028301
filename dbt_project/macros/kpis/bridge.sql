{# The KPIs that marketing and sales count in their own ways: the model `<code>_views` beside each holds their rows. #}
{% macro bridged_kpis() -%}
    {{ return([
        'accept_rate', 'appt_cnt', 'asp', 'handoff_b1_cnt', 'hot_lead_cnt', 'hot_lead_share', 'inquiry_cnt', 'lead_new', 'mkt_sourced_pipe',
        'mql_cnt', 'mql_rate', 'onboard_rate', 'opp_cnt', 'opp_rate', 'pipe_created', 'reject_rate', 'sla_met', 'source_known', 'valid_opp_cnt',
        'valid_opp_rate', 'win_rate_close', 'win_rate_cohort', 'won_amt', 'won_cnt',
    ]) }}
{%- endmacro %}

{# Whether a KPI has something below the line: its bridge goes over both. #}
{% macro bridge_components(code) -%}
    {{ return(['numerator', 'denominator'] if code in kpi_list()['cohort'] + kpi_list()['period'] else ['numerator']) }}
{%- endmacro %}

{# The variant of a KPI that the bridge leads to: the one that both teams signed. #}
{% macro bridge_member(code) -%}
    {{ return({'mkt_sourced_pipe': 'handoff'}.get(code, '')) }}
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
