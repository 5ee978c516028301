{# A tracked field's name in snake case: status, owner_id, converted, or as it is in lower case without the custom suffix. #}
{% macro salesforce_field_name(text) -%}
    case lower({{ text }})
        when 'owner' then 'owner_id'
        when 'ownerid' then 'owner_id'
        when 'leadconverted' then 'converted'
        when 'created from lead' then 'converted'
        else replace(lower({{ text }}), '__c', '')
    end
{%- endmacro %}

{# An id given in a column of its own, else in a column that holds ids of several objects: an object's ids share their first three characters. #}
{% macro salesforce_related_id(own, shared, prefix) -%}
    {%- if own == 'null' -%}
        case when {{ shared }} like '{{ prefix }}%' then {{ shared }} end
    {%- else -%}
        coalesce({{ own }}, case when {{ shared }} like '{{ prefix }}%' then {{ shared }} end)
    {%- endif -%}
{%- endmacro %}
