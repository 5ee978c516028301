{# Every KPI by period and segment. One never sums across `segment`, and never averages `value`. #}
with kpi_values as (
    {% for kind in kpi_list() -%}
    select * from {{ ref('kpi_values_' ~ kind) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

final as (
    select
        kpi_values.kpi_code,
        kpi_values.definition_version,
        'as_was' as definition_basis,
        kpi_values.view,
        kpi_values.basis,
        kpi_values.member,
        kpi_values.grain,
        kpi_values.period_start,
        kpi_values.segment,
        kpi_values.segment_value,
        kpi_values.statistic,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.value,
        kpi_values.n,
        kpi_values.censored_cnt,
        kpi_values.is_mature,
        run_parameters.as_of
    from kpi_values
    cross join run_parameters
)

select * from final
