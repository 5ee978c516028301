{# Cohort KPIs: of the subjects dated in a period, the share that got there. Where a KPI has it, also the period basis, from the same rows:
   what got there in the period over what is dated in it. #}
with subjects as (
    select * from {{ ref('kpi_subjects_cohort') }}
),

calendar as (
    select date_on, month_start_on from {{ ref('con_calendar') }}
),

segments as (
    select * from {{ ref('subject_segments') }}
),

periods as (
    select * from {{ ref('kpi_periods') }}
),

dated as (
    select
        subjects.*,
        counted.month_start_on as counted_month,
        converted.month_start_on as converted_month,
        {%- for segment in kpi_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }}{{ ',' if not loop.last }}
        {%- endfor %}
    from subjects
    left join calendar as counted on subjects.counted_on = counted.date_on
    left join calendar as converted on subjects.has_period_basis and subjects.converted_on = converted.date_on
    left join segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
),

{% set keys = (['kpi_code', 'definition_version', 'view', 'has_period_basis', 'member'] + kpi_segments()) | join(', ') -%}
by_counted_month as (
    select
        {{ keys }},
        counted_month as month_start_on,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(*) as n,
        not bool_or(not is_mature) as is_mature
    from dated
    where counted_month is not null
    group by {{ keys }}, counted_month
),

by_converted_month as (
    select
        {{ keys }},
        converted_month as month_start_on,
        cast(count(*) as decimal(28, 2)) as numerator,
        count(*) as n
    from dated
    where converted_month is not null
    group by {{ keys }}, converted_month
),

by_month as (
    select *, 'cohort' as basis from by_counted_month
    union all
    select
        {{ keys }}, month_start_on, cast(0 as decimal(28, 2)), denominator, n, true, 'period'
    from by_counted_month
    where has_period_basis
    union all
    select
        {{ keys }}, month_start_on, numerator, cast(0 as decimal(28, 2)), n, true, 'period'
    from by_converted_month
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        {{ segment_columns() }},
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n) as n,
        not bool_or(not by_month.is_mature or not is_over) as is_mature
    from by_month
    join periods on by_month.month_start_on = periods.month_start_on
    {{ by_segment(kpi_series() + ['grain', 'period_start']) }}
),

final as (
    select
        {{ kpi_value_columns("'rate'", kpi_ratio()) }}
    from by_period
)

select * from final
