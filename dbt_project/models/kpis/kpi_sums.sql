{# What adds up, per day and segment: the KPIs of the kinds flow, cohort and period. A cohort KPI with a period basis is there twice, from the
   same rows: what is dated in a period, and what got there in it. #}
{%- set columns = kpi_segment_numbers() | join(', ') %}
with dated as (
    select series_no, counted_on as date_on, {{ columns }}, numerator, coalesce(denominator, 0) as denominator, is_mature
    from {{ ref('kpi_entries') }}
    where kind in ('flow', 'cohort', 'period')
    union all
    select period_series_no, counted_on, {{ columns }}, cast(0 as decimal(18, 2)), denominator, cast(null as boolean)
    from {{ ref('kpi_entries') }}
    where period_series_no is not null and denominator <> 0
    union all
    select period_series_no, converted_on, {{ columns }}, cast(1 as decimal(18, 2)), cast(0 as decimal(18, 2)), cast(null as boolean)
    from {{ ref('kpi_entries') }}
    where period_series_no is not null and converted_on is not null
),

days as (
    select date_on, day_no from {{ ref('kpi_days') }}
),

final as (
    select
        dated.series_no,
        days.day_no as period_no,
        {{ segment_number() }} as segment_no,
        cast(sum(dated.numerator) as decimal(28, 2)) as numerator,
        cast(sum(dated.denominator) as decimal(28, 2)) as denominator,
        count(*) as n,
        coalesce(not bool_or(not dated.is_mature), true) as is_mature
    from dated
    join days on dated.date_on = days.date_on
    {{ by_segment(['dated.series_no', 'days.day_no']) }}
)

select * from final
