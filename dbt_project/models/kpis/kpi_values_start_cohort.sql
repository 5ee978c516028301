{# Start-cohort KPIs: of what was there at the start of a period, what is left at its end. Each grain has its own starts: nothing adds up. #}
with subjects as (
    select *, kind as basis, counted_on as period_start from {{ ref('kpi_rows') }} where kind = 'start_cohort'
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        {{ segment_columns() }},
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n,
        not bool_or(not is_mature) as is_mature
    from subjects
    {{ by_segment(kpi_series() + ['grain', 'period_start']) }}
),

final as (
    select
        {{ kpi_value_columns("'rate'", kpi_ratio()) }}
    from by_period
)

select * from final
