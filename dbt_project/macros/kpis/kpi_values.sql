{# Columns that tell KPI series apart. #}
{% macro kpi_series() -%}
    {{ return(['kpi_code', 'definition_version', 'view', 'basis', 'member']) }}
{%- endmacro %}

{# Two columns of a query that ends in by_segment(): which segment its row is of, and which value of it. #}
{% macro segment_columns() -%}
    case {% for segment in kpi_segments() %}when {{ segment }} is not null then '{{ segment }}' {% endfor %}when true then 'all' end as segment,
        coalesce({{ (kpi_segments() + ["'all'"]) | join(', ') }}) as segment_value
{%- endmacro %}

{# Groups rows by `keys`, once for the total and once per segment. No segment's column is null in the rows. #}
{% macro by_segment(keys) -%}
    group by grouping sets (
        ({{ keys | join(', ') }})
        {%- for segment in kpi_segments() %},
        ({{ keys | join(', ') }}, {{ segment }})
        {%- endfor %}
    )
{%- endmacro %}

{# The columns in which every kpi_values_* model ends. A rate without denominator is null. #}
{% macro kpi_value_columns(statistic, value, denominator='denominator', censored_cnt='null') -%}
    kpi_code,
        definition_version,
        view,
        basis,
        member,
        grain,
        period_start,
        segment,
        segment_value,
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
