{# Business seconds elapsed at the instant `ts` since the calendar's first day. `day` is the calendar row of its business date,
   `hours` the row of business_hours. Differences of two such numbers are business time. #}
{% macro business_seconds(day, ts, hours) -%}
    {{ day }}.business_minutes_before * 60
        + case
            when {{ day }}.is_business_day then
                least(
                    greatest({{ local_seconds_of_day(ts) }} - {{ hours }}.open_minute * 60, 0),
                    ({{ hours }}.close_minute - {{ hours }}.open_minute) * 60
                )
            else 0
        end
{%- endmacro %}
