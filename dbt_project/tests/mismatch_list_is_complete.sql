-- Blocking: mismatch_list() names the models that have meta.mismatch, each named after its code and in the group of it, or in H where it reads KPI values, and
-- no other.
{%- set listed = [] -%}
{%- for group, rules in mismatch_list().items() -%}
    {%- for rule in rules -%}{%- do listed.append(group ~ ':' ~ rule) -%}{%- endfor -%}
{%- endfor -%}
{%- set defined = [] -%}
{%- for node in graph.nodes.values() if execute and node.resource_type == 'model' and node.config.meta.get('mismatch') -%}
    {%- set code = node.config.meta['mismatch']['code'] | lower -%}
    {%- set group = 'h' if 'h:' ~ node.name in listed else code[0] -%}
    {%- do defined.append(group ~ ':' ~ (node.name if node.name.startswith(code ~ '_') else node.name ~ ' is not ' ~ code)) -%}
{%- endfor -%}
{%- set faults = [] -%}
{%- for rule in listed if execute and rule not in defined -%}{%- do faults.append('listed only: ' ~ rule) -%}{%- endfor -%}
{%- for rule in defined if rule not in listed -%}{%- do faults.append('defined only: ' ~ rule) -%}{%- endfor %}
select fault
from (
    select cast(null as {{ dbt.type_string() }}) as fault
    {%- for fault in faults %}
    union all
    select '{{ fault }}'
    {%- endfor %}
) as faults
where fault is not null
