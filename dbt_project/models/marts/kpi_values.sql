{# Every KPI by period and segment, beside its target and its own past. One never sums across `segment`, and never averages `value`. #}
{%- set series = ['kpi_code', 'definition_version', 'view', 'basis', 'member', 'grain', 'segment', 'segment_value', 'statistic'] %}
with kpi_values as (
    select * from {{ ref('kpi_values_base') }}
    union all
    select * from {{ ref('kpi_values_derived') }}
    union all
    select * from {{ ref('kpi_values_idle') }}
),

periods as (
    select grain, period_start, previous_start, last_year_start from {{ ref('kpi_calendar') }}
),

targets as (
    select * from {{ ref('kpi_targets') }}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

placed as (
    select kpi_values.*, periods.previous_start, periods.last_year_start
    from kpi_values
    join periods on kpi_values.grain = periods.grain and kpi_values.period_start = periods.period_start
),

final as (
    select
        placed.kpi_code,
        placed.definition_version,
        'as_was' as definition_basis,
        placed.view,
        placed.basis,
        placed.member,
        placed.grain,
        placed.period_start,
        placed.segment,
        placed.segment_value,
        placed.statistic,
        placed.numerator,
        placed.denominator,
        placed.value,
        placed.n,
        placed.censored_cnt,
        placed.is_mature,
        run_parameters.as_of,
        targets.target,
        placed.value / nullif(cast(targets.target as double), 0) as attainment,
        previous.value as previous_value,
        last_year.value as last_year_value
    from placed
    cross join run_parameters
    left join kpi_values as previous
        on placed.previous_start = previous.period_start
        {%- for column in series %}
            and placed.{{ column }} = previous.{{ column }}
        {%- endfor %}
    left join kpi_values as last_year
        on placed.last_year_start = last_year.period_start
        {%- for column in series %}
            and placed.{{ column }} = last_year.{{ column }}
        {%- endfor %}
    -- a target is of the KPI's own basis and of its median, not of its 90th percentile
    left join targets
        on placed.kpi_code = targets.kpi_code
            and placed.view = targets.view
            and placed.member = targets.member
            and placed.segment = targets.segment
            and placed.segment_value = targets.segment_value
            and placed.grain = targets.grain
            and placed.period_start = targets.period_start
            and placed.statistic <> 'p90'
            and (placed.basis <> 'period' or placed.kpi_code in ('{{ kpi_list()['period'] | join("', '") }}'))
)

select * from final
