{# What records of one person share as their address: the normalised e-mail, and in a shared mailbox the full name too (null where none is given). #}
{% macro address_key(is_shared, email, full_name) -%}
    case when {{ is_shared }} then {{ email }} || '|' || {{ full_name }} else {{ email }} end
{%- endmacro %}
