{# From marketing's number over the shared one to sales's, step by step. The three numbers are always there, 0 where nobody counted; what comes
   and goes within a period is no step of it, unless nobody can say why. A quarter and a year are sums of months. Where a definition or threshold
   changed, of any KPI, one step more leads from the shared number, which is as it was, to the one as it is now. #}
{%- set period = 'kpi_code, grain, period_start, segment, segment_value, component' %}
{%- set sums = 'sum(row_cnt) as row_cnt, sum(amount) as amount' %}
with lines as (
    select * from {{ ref('bridge_lines') }}
),

days as (
    select * from {{ ref('bridge_sums') }}
),

months as (
    select distinct month_no, fiscal_quarter_no, fiscal_year_no from {{ ref('kpi_days') }}
),

by_month as (
    select line_no, month_no as period_no, segment_no, {{ sums }}
    from days
    join {{ ref('kpi_days') }} as calendar on days.period_no = calendar.day_no
    group by line_no, month_no, segment_no
),

by_period as (
    select * from days
    union all
    select line_no, week_no, segment_no, {{ sums }}
    from days
    join {{ ref('kpi_days') }} as calendar on days.period_no = calendar.day_no
    group by line_no, week_no, segment_no
    union all
    select * from by_month
    {%- for grain in ['fiscal_quarter', 'fiscal_year'] %}
    union all
    select line_no, {{ grain }}_no, segment_no, {{ sums }}
    from by_month
    join months on by_month.period_no = months.month_no
    group by line_no, {{ grain }}_no, segment_no
    {%- endfor %}
),

placed as (
    select by_period.*, lines.bridge_no, lines.reason, lines.is_number
    from by_period
    join lines on by_period.line_no = lines.line_no
),

-- a number that nobody counts is 0
steps as (
    select bridge_no, line_no, period_no, segment_no, row_cnt, amount
    from placed
    where is_number or row_cnt <> 0 or amount <> 0 or reason = 'unexplained'
    union all
    select places.bridge_no, lines.line_no, places.period_no, places.segment_no, 0, 0
    from (select distinct bridge_no, period_no, segment_no from placed) as places
    join lines on places.bridge_no = lines.bridge_no and lines.is_number
    left join by_period
        on lines.line_no = by_period.line_no and places.period_no = by_period.period_no and places.segment_no = by_period.segment_no
    where by_period.line_no is null
),

counted as (
    select
        *,
        cast(row_number() over (partition by bridge_no, period_no, segment_no order by line_no nulls last) as integer) as step_no
    from steps
),

bridges as (
    select
        lines.kpi_code,
        periods.grain,
        periods.period_start,
        segments.segment,
        segments.segment_value,
        lines.component,
        lines.side,
        counted.step_no,
        lines.reason,
        cast(counted.row_cnt as bigint) as count,
        cast(counted.amount as decimal(28, 2)) as amount
    from counted
    join lines on counted.line_no = lines.line_no
    join {{ ref('kpi_calendar') }} as periods on counted.period_no = periods.period_no
    join {{ ref('numbered_segments') }} as segments on counted.segment_no = segments.segment_no
),

-- a change of definition comes after the last step, which is sales's number
placed_changes as (
    select changes.*, coalesce(bridges.step_no, 0) as last_no
    from {{ ref('bridge_definition_changes') }} as changes
    left join bridges
        on bridges.reason = 'sales'
            {%- for column in period.split(', ') %}
            and changes.{{ column }} = bridges.{{ column }}
            {%- endfor %}
),

change_steps as (
    select {{ period }}, 'shared' as side, 1 as step_no, 'shared' as reason, shared_count as count, shared_amount as amount
    from placed_changes
    where last_no = 0
    union all
    select {{ period }}, 'as_now', greatest(last_no, 1) + 1, 'definition_change', now_count - shared_count, now_amount - shared_amount
    from placed_changes
    union all
    select {{ period }}, 'as_now', greatest(last_no, 1) + 2, 'as_now', now_count, now_amount
    from placed_changes
),

final as (
    select * from bridges
    union all
    select {{ period }}, side, cast(step_no as integer), reason, count, cast(amount as decimal(28, 2)) from change_steps
)

select * from final
