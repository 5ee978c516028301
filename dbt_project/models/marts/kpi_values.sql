{# Every KPI by period and segment, beside its target and its own past. One never sums across `segment`, and never averages `value`. It is put
   together under numbers, joined by one of them, and lies in the order in which it is asked for: grain, series, period, segment. Its figures are no
   wider than an amount: decimals of more than 18 digits take a reader twice as long. #}
{%- set series = kpi_series() %}
{%- set figures = ['statistic', 'numerator', 'denominator', 'value', 'n', 'censored_cnt', 'is_mature'] %}
with periods as (
    select * from {{ ref('kpi_calendar') }}
),

segments as (
    select * from {{ ref('numbered_segments') }}
),

numbered_series as (
    select * from {{ ref('numbered_series') }}
),

others as (
    select * from {{ ref('kpi_values_derived') }}
    union all
    select * from {{ ref('kpi_values_idle') }}
),

-- what subjects do not make is numbered downward
other_series as (
    select
        {%- for column in series %}
        found.{{ column }},
        {%- endfor %}
        -cast(row_number() over (order by {% for column in series %}found.{{ column }} nulls last{{ ', ' if not loop.last }}{% endfor %}) as integer) as series_no
    from (select distinct {{ series | join(', ') }} from others) as found
    left join numbered_series
        on {% for column in series %}found.{{ column }} = numbered_series.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    where numbered_series.series_no is null
),

series as (
    select {{ series | join(', ') }}, series_no from numbered_series
    union all
    select {{ series | join(', ') }}, series_no from other_series
),

kpi_values as (
    select {{ (kpi_value_numbers() + figures) | join(', ') }} from {{ ref('kpi_values_numbered') }}
    union all
    select
        series.series_no,
        periods.period_no,
        segments.segment_no,
        {%- for figure in figures %}
        others.{{ figure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from others
    join series
        on {% for column in series %}others.{{ column }} = series.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    join periods on others.grain = periods.grain and others.period_start = periods.period_start
    join segments on others.segment = segments.segment and others.segment_value = segments.segment_value
),

keyed as (
    select {{ kpi_value_key('period_no') }} as value_key, value from kpi_values
),

-- a target is of the KPI's own basis and of its median, not of its 90th percentile
targets as (
    select {{ kpi_value_key('period_no') }} as value_key, target
    from (
        select series.series_no, periods.period_no, segments.segment_no, 'any' as statistic, targets.target
        from {{ ref('kpi_targets') }} as targets
        join series on targets.kpi_code = series.kpi_code and targets.view = series.view and targets.member = series.member
        join periods on targets.grain = periods.grain and targets.period_start = periods.period_start
        join segments on targets.segment = segments.segment and targets.segment_value = segments.segment_value
        where series.basis <> 'period' or series.kpi_code in ('{{ kpi_list()['period'] | join("', '") }}')
    ) as placed
),

placed as (
    select kpi_values.*, periods.grain, periods.period_start, targets.target, previous.value as previous_value, last_year.value as last_year_value
    from kpi_values
    join periods on kpi_values.period_no = periods.period_no
    left join keyed as previous on {{ kpi_value_key('periods.previous_no') }} = previous.value_key
    left join keyed as last_year on {{ kpi_value_key('periods.last_year_no') }} = last_year.value_key
    left join targets on {{ kpi_value_key('kpi_values.period_no') }} = targets.value_key
),

final as (
    select
        series.kpi_code,
        series.definition_version,
        'as_was' as definition_basis,
        series.view,
        series.basis,
        series.member,
        placed.grain,
        placed.period_start,
        segments.segment,
        segments.segment_value,
        placed.statistic,
        cast(placed.numerator as decimal(18, 2)) as numerator,
        cast(placed.denominator as decimal(18, 2)) as denominator,
        placed.value,
        placed.n,
        placed.censored_cnt,
        placed.is_mature,
        run_parameters.as_of,
        cast(placed.target as decimal(18, 2)) as target,
        placed.value / nullif(cast(placed.target as double), 0) as attainment,
        placed.previous_value,
        placed.last_year_value
    from placed
    join series on placed.series_no = series.series_no
    join segments on placed.segment_no = segments.segment_no
    cross join {{ ref('run_parameters') }} as run_parameters
    order by placed.grain nulls last, placed.series_no nulls last, placed.period_no nulls last, placed.segment_no nulls last, placed.statistic nulls last
)

select * from final
