-- Blocking: kpi_list() names the models that have meta.kpi, each under its kind and its own code, and no other; view_gap has the bridged KPIs as members.
{%- set listed = [] -%}
{%- for kind, codes in kpi_list().items() -%}
    {%- for code in codes -%}{%- do listed.append(kind ~ ':' ~ code ~ ':' ~ code) -%}{%- endfor -%}
{%- endfor -%}
{%- set defined = [] -%}
{%- for node in graph.nodes.values() if execute and node.resource_type == 'model' and node.config.meta.get('kpi') -%}
    {%- set kpi = node.config.meta['kpi'] -%}
    {%- if node.version == node.latest_version -%}{%- do defined.append(kpi['kind'] ~ ':' ~ kpi['code'] ~ ':' ~ node.name) -%}{%- endif -%}
{%- endfor -%}
{%- set faults = [] -%}
{%- for kpi in listed if execute and kpi not in defined -%}{%- do faults.append('listed only: ' ~ kpi) -%}{%- endfor -%}
{%- for kpi in defined if kpi not in listed -%}{%- do faults.append('defined only: ' ~ kpi) -%}{%- endfor -%}
{%- if execute and kpi_meta('view_gap')['members'] != bridged_kpis() -%}{%- do faults.append('members of view_gap are not bridged_kpis()') -%}{%- endif %}
select fault
from (
    select cast(null as {{ dbt.type_string() }}) as fault
    {%- for fault in faults %}
    union all
    select '{{ fault }}'
    {%- endfor %}
) as faults
where fault is not null
