{# What a KPI's rows give to the columns of kpi_rows, by its kind. What a kind does not have is null. `settles` says that a flow tells when a row is final. #}
{% macro kpi_row_columns(kind, settles=false) -%}
    {%- set empty = {
        'counted_on': 'cast(null as date)',
        'converted_on': 'cast(null as date)',
        'left_on': 'cast(null as date)',
        'grain': 'cast(null as ' ~ dbt.type_string() ~ ')',
        'numerator': 'cast(null as decimal(18, 2))',
        'denominator': 'cast(null as decimal(18, 2))',
        'measure': 'cast(null as bigint)',
        'is_censored': 'cast(null as boolean)',
        'is_mature': 'cast(null as boolean)'
    } -%}
    {%- set own = {
        'flow': {'counted_on': 'counted_on', 'numerator': 'numerator'},
        'cohort': {
            'counted_on': 'counted_on', 'converted_on': 'converted_on', 'numerator': 'numerator', 'denominator': 'denominator',
            'is_mature': 'is_mature'
        },
        'period': {'counted_on': 'counted_on', 'numerator': 'numerator', 'denominator': 'denominator'},
        'duration': {'counted_on': 'counted_on', 'measure': 'measure', 'is_censored': 'is_censored'},
        'stock': {'counted_on': 'in_from', 'left_on': 'in_to', 'numerator': 'amount'},
        'start_cohort': {
            'counted_on': 'period_start', 'grain': 'grain', 'numerator': 'numerator', 'denominator': 'denominator', 'is_mature': 'is_mature'
        },
        'distinct': {'counted_on': 'counted_on', 'numerator': 'cast(1 as decimal(18, 2))'}
    } -%}
    {%- if settles -%}{%- do own['flow'].update({'is_mature': 'is_mature'}) -%}{%- endif -%}
    {%- for column, nothing in empty.items() %}
    {{ own[kind].get(column, nothing) }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# The rows of all KPIs that count subjects, one under the other, each with its code, version and kind; of those that the teams count in their own
   ways the teams' rows too. #}
{% macro kpi_subjects() -%}
    {%- for kind, codes in kpi_list().items() if kind != 'derived' and codes -%}
        {%- set kind_loop = loop -%}
        {%- for code in codes -%}
            {%- set code_loop = loop -%}
            {%- set meta = kpi_meta(code) if execute else {'version': 1} -%}
            {%- for model in [code] + ([code ~ '_views'] if code in bridged_kpis() else []) %}
select
    '{{ code }}' as kpi_code,
    cast({{ meta['version'] }} as integer) as definition_version,
    '{{ kind }}' as kind,
    {{ 'true' if meta.get('period_basis') else 'false' }} as has_period_basis,
    subject_type,
    subject_id,
    view,
    member,
    {{- kpi_row_columns(kind, model == code and execute and 'is_mature' in kpi_node(code).columns) }}
from {{ ref(model) }}
                {%- if not (loop.last and code_loop.last and kind_loop.last) %}

union all
                {% endif %}
            {%- endfor %}
        {%- endfor %}
    {%- endfor %}
{%- endmacro %}
