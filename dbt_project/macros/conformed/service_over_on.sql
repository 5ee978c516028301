{# The first day without service of a contract: that of its churn, whatever end was agreed, else the day after its end; null while neither is known. #}
{% macro service_over_on(contract) -%}
    coalesce({{ contract }}.churned_on, {{ add_days(contract ~ '.end_on', '1') }})
{%- endmacro %}
