{# The columns of a KPI's row that the ledger keeps: what it adds to a number. #}
{% macro counted_columns() -%}
    {{ return([
        'kpi_code', 'kind', 'has_period_basis', 'view', 'member', 'subject_type', 'subject_id', 'counted_on', 'converted_on', 'left_on', 'grain',
        'numerator', 'denominator', 'measure', 'is_censored'
    ] + known_segments()) }}
{%- endmacro %}

{# A row of KPI subjects as far as it is of months that were over before `open_on`, the first day of the month that runs: what happens from then on
   is not known of it yet. #}
{% macro closed_columns(rows, open_on) -%}
    {%- for column in counted_columns() -%}
        {%- if column in ['converted_on', 'left_on'] %}
        case when {{ rows }}.{{ column }} < {{ open_on }} then {{ rows }}.{{ column }} end as {{ column }}
        {%- else %}
        {{ rows }}.{{ column }}
        {%- endif -%}
        {{ ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
