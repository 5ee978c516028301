{# Stock KPIs: what is there at the end of the period's last day, or of as_of's day while the period runs. #}
with subjects as (
    select * from {{ ref('kpi_subjects_stock') }}
),

segments as (
    select * from {{ ref('subject_segments') }}
),

periods as (
    select * from {{ ref('kpi_periods') }}
),

months as (
    select distinct month_start_on, month_read_on from periods
),

by_month as (
    select
        subjects.kpi_code,
        subjects.definition_version,
        subjects.view,
        'stock' as basis,
        subjects.member,
        months.month_read_on,
        {%- for segment in kpi_segments() %}
        coalesce(segments.{{ segment }}, '(none)') as {{ segment }},
        {%- endfor %}
        sum(subjects.amount) as numerator,
        count(*) as n
    from months
    join subjects
        on subjects.in_from <= months.month_read_on
            and (subjects.in_to is null or subjects.in_to > months.month_read_on)
    left join segments on subjects.subject_type = segments.subject_type and subjects.subject_id = segments.subject_id
    group by all
),

-- of a quarter or year, the last month that has begun
last_months as (
    select grain, period_start, is_over, read_on
    from periods
    where month_read_on = read_on
),

by_period as (
    select
        {{ kpi_series() | join(', ') }},
        grain,
        period_start,
        is_over as is_mature,
        {{ segment_columns() }},
        sum(numerator) as numerator,
        sum(n) as n
    from by_month
    join last_months on by_month.month_read_on = last_months.read_on
    {{ by_segment(kpi_series() + ['grain', 'period_start', 'is_over']) }}
),

final as (
    select
        {{ kpi_value_columns("'sum'", 'cast(numerator as double)', 'cast(null as decimal(28, 2))') }}
    from by_period
)

select * from final
