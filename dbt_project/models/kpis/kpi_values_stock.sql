{# Stock KPIs: what is there at the end of the period's last day, or of as_of's day while the period runs. What comes and goes is added up
   per day once; the levels in between are read at every grain. #}
{%- set keys = 'series_no, segment_no' %}
with subjects as (
    select *
    from {{ ref('kpi_entries') }}
    where kind = 'stock' and counted_on is not null and (left_on is null or left_on > counted_on)
),

periods as (
    select * from {{ ref('kpi_calendar') }}
),

moves as (
    select *, counted_on as moved_on, numerator as amount, 1 as unit
    from subjects
    union all
    select *, left_on as moved_on, -numerator as amount, -1 as unit
    from subjects
    where left_on is not null
),

by_day as (
    select
        series_no,
        moved_on,
        {{ segment_number() }} as segment_no,
        sum(amount) as amount,
        sum(unit) as unit
    from moves
    {{ by_segment(['series_no', 'moved_on']) }}
),

levels as (
    select
        {{ keys }},
        moved_on as from_on,
        -- an open end is a day that no period reaches: ranges with nulls cannot be joined by sorting
        coalesce(lead(moved_on) over (partition by {{ keys }} order by moved_on nulls last), date '9999-12-31') as to_on,
        sum(amount) over (partition by {{ keys }} order by moved_on nulls last rows between unbounded preceding and current row) as numerator,
        sum(unit) over (partition by {{ keys }} order by moved_on nulls last rows between unbounded preceding and current row) as n
    from by_day
),

by_period as (
    select
        levels.*,
        periods.period_no,
        periods.is_over as is_mature
    from levels
    join periods on levels.from_on <= periods.read_on and levels.to_on > periods.read_on
    where levels.n > 0
),

final as (
    select
        {{ kpi_value_columns("'sum'", 'cast(numerator as double)', denominator='null') }}
    from by_period
)

select * from final
