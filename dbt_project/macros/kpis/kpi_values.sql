{# Columns that tell KPI series apart. #}
{% macro kpi_series() -%}
    {{ return(['kpi_code', 'definition_version', 'view', 'basis', 'member']) }}
{%- endmacro %}

{# The columns that hold the numbers of a subject's segments. #}
{% macro kpi_segment_numbers() -%}
    {%- set columns = [] -%}
    {%- for segment in kpi_segments() -%}{%- do columns.append(segment ~ '_no') -%}{%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{# A from-clause's joins of `subjects` to the numbers of their segments, as kpi_segment_numbers() names them: `channels.segment_no` and so on. #}
{% macro join_segment_numbers(subjects) -%}
    {%- for segment in kpi_segments() %}
    join {{ ref('numbered_segments') }} as {{ segment }}s
        on {{ segment }}s.segment = '{{ segment }}' and {{ subjects }}.{{ segment }} = {{ segment }}s.segment_value
    {%- endfor %}
{%- endmacro %}

{# The columns of these joins. #}
{% macro joined_segment_numbers() -%}
    {%- set columns = [] -%}
    {%- for segment in kpi_segments() -%}{%- do columns.append(segment ~ 's.segment_no as ' ~ segment ~ '_no') -%}{%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}

{# A column of a query that ends in by_segment(): the number of the segment and value that its row is of; 0 of the total. #}
{% macro segment_number() -%}
    coalesce({{ (kpi_segment_numbers() + ['0']) | join(', ') }})
{%- endmacro %}

{# The same of rows that have the segments' names, kpi_segments(). #}
{% macro segment_columns() -%}
    case {% for segment in kpi_segments() %}when {{ segment }} is not null then '{{ segment }}' {% endfor %}when true then 'all' end as segment,
        coalesce({{ (kpi_segments() + ["'all'"]) | join(', ') }}) as segment_value
{%- endmacro %}

{# Groups rows by `keys`, once for the total and once per segment. None of the segments' columns is null in the rows. #}
{% macro by_segment(keys, columns=kpi_segment_numbers()) -%}
    group by grouping sets (
        ({{ keys | join(', ') }})
        {%- for column in columns %},
        ({{ keys | join(', ') }}, {{ column }})
        {%- endfor %}
    )
{%- endmacro %}

{# What a kpi_values_* model's row is of, under numbers and by name. #}
{% macro kpi_value_numbers() -%}
    {{ return(['series_no', 'period_no', 'segment_no']) }}
{%- endmacro %}

{% macro kpi_value_names() -%}
    {{ return(kpi_series() + ['grain', 'period_start', 'segment', 'segment_value']) }}
{%- endmacro %}

{# One number for a series, its statistic, a segment's value and a period (an expression): what values are joined by. #}
{% macro kpi_value_key(period) -%}
    (((cast(series_no as bigint) * 2 + case when statistic = 'p90' then 1 else 0 end) * 16777216 + segment_no) * 1048576 + {{ period }})
{%- endmacro %}

{# The columns in which every kpi_values_* model ends. A rate without denominator is null. #}
{% macro kpi_value_columns(statistic, value, denominator='denominator', censored_cnt='null', keys=kpi_value_numbers()) -%}
    {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {{ statistic }} as statistic,
        cast(numerator as decimal(28, 2)) as numerator,
        cast({{ denominator }} as decimal(28, 2)) as denominator,
        {{ value }} as value,
        cast(n as bigint) as n,
        cast({{ censored_cnt }} as bigint) as censored_cnt,
        is_mature
{%- endmacro %}

{# numerator over denominator; null where the denominator is 0 #}
{% macro kpi_ratio() -%}
    cast(numerator as double) / nullif(cast(denominator as double), 0)
{%- endmacro %}
