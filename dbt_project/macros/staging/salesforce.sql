{# A tracked field's name in snake case: status, owner_id, lead_source, converted, or as it is in lower case without the custom suffix. #}
{% macro salesforce_field_name(text) -%}
    case lower({{ text }})
        when 'owner' then 'owner_id'
        when 'ownerid' then 'owner_id'
        when 'leadsource' then 'lead_source'
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

{# An id in its 18 characters. Reports and older tools give the first 15, in which capitals count; each of the three others says which of five
   characters are capitals. What is no id of 15 characters, with the beginning of a Salesforce object's, stays as it is: another tool's number. #}
{% macro full_salesforce_id(text) -%}
    {%- set bits = replace_matches(replace_matches(text, '[^A-Z]', '0'), '[A-Z]', '1') -%}
    {%- set patterns = [] -%}
    {%- for n in range(32) -%}
        {%- do patterns.append('-' ~ n % 2 ~ n // 2 % 2 ~ n // 4 % 2 ~ n // 8 % 2 ~ n // 16) -%}
    {%- endfor -%}
    case
        when length({{ text }}) = 15 and {{ matches_fully(text, '(00|01|701)[a-zA-Z0-9]*') }}
            then {{ text }}
            {%- for start in [1, 6, 11] %}
                || substr(
                    'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345',
                    cast(floor((instr('{{ patterns | join }}', '-' || substr({{ bits }}, {{ start }}, 5)) + 5) / 6) as integer),
                    1
                )
            {%- endfor %}
        else {{ text }}
    end
{%- endmacro %}
