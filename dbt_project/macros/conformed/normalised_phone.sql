{# Telephone number -> its digits, Japan's country code read as the leading zero; null where no digit is left. The argument is repeated: pass a column
   that norm_ja has brought to one width. #}
{% macro normalised_phone(expr) -%}
    {%- set domestic = replace_matches(expr, '^ *[+]81[-( ]*0?', '0') -%}
    nullif({{ replace_matches(domestic, '[^0-9]', '') }}, '')
{%- endmacro %}
