{# The KPIs that marketing and sales count in their own ways: the model `<code>_views` beside each holds their rows. #}
{% macro bridged_kpis() -%}
    {{ return(['accept_rate', 'handoff_b1_cnt', 'inquiry_cnt', 'lead_new', 'mql_cnt', 'valid_opp_cnt', 'won_amt', 'won_cnt']) }}
{%- endmacro %}

{# Whether a KPI has something below the line: its bridge goes over both. #}
{% macro bridge_components(code) -%}
    {{ return(['numerator', 'denominator'] if code in kpi_list()['cohort'] else ['numerator']) }}
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

{# What every row of a team's view says of its record, where the row is a shared one: nothing. #}
{% macro bridge_no_record() -%}
    cast(null as {{ dbt.type_string() }}) as source_system,
        cast(null as {{ dbt.type_string() }}) as source_record_type,
        cast(null as {{ dbt.type_string() }}) as source_record_id,
        false as is_merged_record,
        '' as uncounted_reasons
{%- endmacro %}
