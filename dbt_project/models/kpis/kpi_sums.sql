{# What adds up, per day and segment: the KPIs of the kinds flow, cohort and period. A cohort KPI with a period basis is there twice, from the
   same rows: what is dated in a period, and what got there in it. #}
with counted as (
    select *, kind as basis, counted_on as date_on
    from {{ ref('kpi_rows') }}
    where kind in ('flow', 'cohort', 'period')
),

{% set keys = kpi_series() + ['date_on'] -%}
{% set columns = (keys + kpi_segments()) | join(', ') -%}
dated as (
    select {{ columns }}, numerator, coalesce(denominator, 0) as denominator, is_mature
    from counted
    union all
    select
        {{ columns | replace('basis', "'period' as basis") }}, cast(0 as decimal(18, 2)) as numerator, denominator, cast(null as boolean) as is_mature
    from counted
    where has_period_basis and denominator <> 0
    union all
    select
        {{ columns | replace('basis', "'period' as basis") | replace('date_on', 'converted_on as date_on') }},
        cast(1 as decimal(18, 2)) as numerator,
        cast(0 as decimal(18, 2)) as denominator,
        cast(null as boolean) as is_mature
    from counted
    where has_period_basis and converted_on is not null
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

known as (
    select dated.*
    from dated
    join run_parameters on dated.date_on <= run_parameters.as_of_on
),

final as (
    select
        {{ keys | join(', ') }},
        {{ segment_columns() }},
        cast(sum(numerator) as decimal(28, 2)) as numerator,
        cast(sum(denominator) as decimal(28, 2)) as denominator,
        count(*) as n,
        coalesce(not bool_or(not is_mature), true) as is_mature
    from known
    {{ by_segment(keys) }}
)

select * from final
