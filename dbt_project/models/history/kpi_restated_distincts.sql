{# The same for KPIs that count a subject once per period: it makes a difference when its first row in the period comes or its last one goes. #}
{%- set keys = restated_keys() | reject('in', ['publish_no', 'cause', 'basis']) | join(', ') %}
with changes as (
    {{ ledger_rows('kpi_rows', (counted_columns() + ['row_cnt', 'cause']) | join(', ')) }}
),

causes as (
    select cause, precedence from {{ ref('restatement_causes') }}
),

calendar as (
    select grain, period_start, period_end_on from {{ ref('kpi_calendar') }} where grain in ('month', 'fiscal_quarter', 'fiscal_year')
),

periods as (
    select * from {{ restated_periods() }} as closed
),

counted as (
    select
        changes.publish_no,
        {%- for key in restated_keys() if key not in ['publish_no', 'cause', 'basis', 'grain', 'period_start'] %}
        changes.{{ key }},
        {%- endfor %}
        calendar.grain,
        calendar.period_start,
        changes.row_cnt,
        changes.cause,
        coalesce(causes.precedence, 0) as precedence
    from changes
    join calendar on changes.counted_on between calendar.period_start and calendar.period_end_on
    left join causes on changes.cause = causes.cause
    where changes.kind = 'distinct'
),

by_version as (
    select publish_no, {{ keys }}, sum(row_cnt) as row_cnt, min_by(cause, precedence) as cause
    from counted
    group by publish_no, {{ keys }}
),

added_up as (
    select *, sum(row_cnt) over (partition by {{ keys }} order by publish_no rows between unbounded preceding and current row) as there_cnt
    from by_version
),

differences as (
    select
        *,
        case when there_cnt > 0 then 1 else 0 end - case when there_cnt - row_cnt > 0 then 1 else 0 end as difference
    from added_up
),

final as (
    select
        {%- for key in restated_keys() %}
        {{ "'distinct' as basis" if key == 'basis' else 'differences.' ~ key }},
        {%- endfor %}
        cast(differences.difference as decimal(28, 2)) as numerator_difference,
        cast(0 as decimal(28, 2)) as denominator_difference,
        cast(differences.difference as bigint) as row_difference
    from differences
    join periods
        on differences.publish_no = periods.publish_no and differences.grain = periods.grain and differences.period_start = periods.period_start
    where differences.difference <> 0
)

select * from final
