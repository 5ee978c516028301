{# A number of seeds/mismatch_tolerances.csv, as in force on the business date of as_of. #}
{% macro mismatch_tolerance(name) -%}
    (select value from {{ ref('mismatch_tolerances_in_force') }} where name = '{{ name }}')
{%- endmacro %}

{# Up to when a rule that compares the two kinds of system (ma, crm, cs) may look: a timestamp (UTC), null where one of them is missing. #}
{% macro cross_system_cutoff(one, other) -%}
    (select cutoff_at from {{ ref('mismatch_cutoffs') }} where pair = '{{ [one, other] | sort | join('-') }}')
{%- endmacro %}
