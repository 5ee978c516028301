{# Start-cohort KPIs: of what was there at the start of a period, what is left at its end. Each grain has its own starts: nothing adds up. #}
with subjects as (
    select entries.*, periods.period_no
    from {{ ref('kpi_entries') }} as entries
    join {{ ref('kpi_calendar') }} as periods on entries.grain = periods.grain and entries.counted_on = periods.period_start
    where entries.kind = 'start_cohort'
),

by_period as (
    select
        series_no,
        period_no,
        {{ segment_number() }} as segment_no,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n,
        not bool_or(not is_mature) as is_mature
    from subjects
    {{ by_segment(['series_no', 'period_no']) }}
),

final as (
    select
        {{ kpi_value_columns("'rate'", kpi_ratio()) }}
    from by_period
)

select * from final
