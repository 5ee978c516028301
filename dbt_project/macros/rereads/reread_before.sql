{# For some months after the last change: what was in force before it, run on. A threshold changes on a day that its seed names, a rule in SQL (and a
   threshold without days) with the publish that first counted by it. #}
{% macro reread_before(now, changes, as_of_on) -%}
    {%- set days = [] -%}
    {%- for names in changes.values() -%}{%- do days.extend(names.values()) -%}{%- endfor -%}
    {%- set last = days | max if days else none -%}
    {%- set edit = last_edit(now, changes, as_of_on) -%}
    {%- if edit and (not last or edit.on >= last) -%}
        {{ reread('as_before', edit.definitions, edit.changed, edit.on, month_after(edit.on, var('kpi_side_by_side_months')), true) }}
    {%- else -%}
        {{ reread_threshold_before(now, changes, last, as_of_on) }}
    {%- endif -%}
{%- endmacro %}

{% macro reread_threshold_before(now, changes, last, as_of_on) -%}
    {%- set until = month_after(last, var('kpi_side_by_side_months')) if last else none -%}
    {%- set before = {} -%}
    {%- if last and as_of_on < until -%}
        {%- set eve = (modules.datetime.date.fromisoformat(last) - modules.datetime.timedelta(days=1)).isoformat() -%}
        {%- for seed, names in changes.items() -%}
            {%- set changed = dict(names.items() | selectattr(1, 'equalto', last)) -%}
            {%- if changed -%}{%- do before.update({seed: seed_in_force(seed, eve, changed)}) -%}{%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ reread('as_before', now, before, last, until) }}
{%- endmacro %}

{# The last change of a rule within those months: the day up to which the first publish with it knew, the definitions to run (how rows are added up is
   today's) and those of them that were otherwise. None where there is none. #}
{% macro last_edit(now, dated, as_of_on) -%}
    {%- set since = namespace(day=as_of_on) -%}
    {%- set recorded = query_rows(
        'select definitions.version, cast(max(times.as_of_on) as ' ~ dbt.type_string() ~ ') from ' ~ ref('recorded_definitions') ~ ' as definitions join '
        ~ ref('recorded_publish_times') ~ ' as times on definitions.version = times.version group by definitions.version order by definitions.version desc nulls last'
    ) -%}
    {%- for version, day in recorded -%}
        {%- if as_of_on < month_after(since.day, var('kpi_side_by_side_months')) -%}
            {%- set then = definition_list(
                'select name, relation_name, materialized, kpi_code, parents, sql from ' ~ ref('recorded_definitions') ~ " where version = '" ~ version ~ "' order by position"
            ) -%}
            {%- set counted = rows_only(then) -%}
            {%- set changed = differing(rules_of(counted, dated), now) -%}
            {%- set names = (counted + rows_only(now)) | map(attribute='name') | list -%}
            {%- if changed -%}{{ return({'on': since.day, 'definitions': counted + now | rejectattr('name', 'in', names) | list, 'changed': changed}) }}{%- endif -%}
            {%- set since.day = day -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{%- endmacro %}

{# The models, and the seeds of thresholds of which nothing is dated: other seeds are data. #}
{% macro rules_of(definitions, dated) -%}
    {%- set found = [] -%}
    {%- for one in definitions -%}
        {%- set seed = graph.nodes.get('seed.' ~ project_name ~ '.' ~ one.name) -%}
        {%- if one.materialized != 'seed' or (seed and (seed.config.meta or {}).get('validity') == 'definition' and one.name not in dated) -%}
            {%- do found.append(one) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{# The first day of the month that comes `months` after that of `day`. #}
{% macro month_after(day, months) -%}
    {%- set count = day[:4] | int * 12 + day[5:7] | int - 1 + months -%}
    {{ return('%04d-%02d-01' % (count // 12, count % 12 + 1)) }}
{%- endmacro %}
