{# Every series of KPI values that subjects make, with a number: what a million people do is added up under numbers, and named at the end. A KPI
   that has a period basis too names the number of that. #}
{%- set rest = kpi_series() | reject('equalto', 'basis') | list %}
with counted as (
    select distinct {{ rest | join(', ') }}, kind, has_period_basis from {{ ref('kpi_rows') }}
),

series as (
    select {{ rest | join(', ') }}, kind as basis, has_period_basis from counted
    union all
    select {{ rest | join(', ') }}, 'period', false from counted where has_period_basis
),

numbered as (
    select
        *,
        case when has_period_basis then 'period' end as other_basis,
        cast(row_number() over (order by {{ kpi_series() | join(' nulls last, ') }} nulls last) as integer) as series_no
    from series
),

final as (
    select
        numbered.series_no,
        {%- for column in kpi_series() %}
        numbered.{{ column }},
        {%- endfor %}
        periods.series_no as period_series_no
    from numbered
    left join numbered as periods
        on numbered.other_basis = periods.basis
        {%- for column in rest %}
            and numbered.{{ column }} = periods.{{ column }}
        {%- endfor %}
)

select * from final
