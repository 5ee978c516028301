{# What tells apart the differences that a version makes to the one before: the series and period, why, and the subject with its segments. #}
{% macro restated_keys() -%}
    {{ return(['publish_no', 'kpi_code', 'view', 'basis', 'member', 'grain', 'period_start', 'cause', 'subject_type', 'subject_id'] + known_segments()) }}
{%- endmacro %}

{# A subquery: the periods that were over for the version before, per version. #}
{% macro restated_periods() -%}
    (
        select publishes.publish_no, calendar.grain, calendar.period_start, calendar.period_end_on
        from {{ ref('publishes') }} as publishes
        join {{ ref('kpi_calendar') }} as calendar
            on calendar.period_end_on < publishes.previous_as_of_on and calendar.grain in ('month', 'fiscal_quarter', 'fiscal_year')
    )
{%- endmacro %}
