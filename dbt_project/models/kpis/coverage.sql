{# Coverage: the open pipeline that is due in the quarter over what is missing to its target of bookings; null once that is met. #}
with base as (
    select * from {{ ref('kpi_values_base') }}
    where kpi_code in ('pipe_open', 'won_amt') and grain = 'fiscal_quarter' and segment = 'all'
),

pivoted as (
    select
        view,
        grain,
        period_start,
        coalesce(max(case when kpi_code = 'pipe_open' and member = 'due' then numerator end), 0) as due_amt,
        max(case when kpi_code = 'pipe_open' and member = 'all' then numerator end) as open_amt,
        coalesce(max(case when kpi_code = 'won_amt' then numerator end), 0) as won_amt
    from base
    group by view, grain, period_start
),

targets as (
    select * from {{ ref('kpi_targets') }} where kpi_code = 'won_amt' and segment = 'all'
),

missing as (
    select pivoted.*, targets.target - pivoted.won_amt as missing_amt
    from pivoted
    join targets
        on pivoted.view = targets.view and pivoted.grain = targets.grain and pivoted.period_start = targets.period_start
    where pivoted.open_amt is not null
),

final as (
    select
        view,
        '' as member,
        grain,
        period_start,
        'all' as segment,
        'all' as segment_value,
        cast(due_amt as decimal(28, 2)) as numerator,
        cast(missing_amt as decimal(28, 2)) as denominator,
        case when missing_amt > 0 then cast(due_amt as double) / nullif(cast(missing_amt as double), 0) end as value
    from missing
)

select * from final
