{# The instant of an end of which a source tells the day alone: the start of that day, or the last of `instants` that fall on it. What is known of the
   record on that day came before its end; else a record that came and ended on one day would never have ended. #}
{% macro known_by_day(day, instants) -%}
    greatest(
        {{ business_day_start(day) }}
        {%- for instant in instants %},
        case when {{ business_date(instant) }} = {{ day }} then {{ instant }} end
        {%- endfor %}
    )
{%- endmacro %}
