{# Coverage: the open pipeline that is due in the quarter over what is missing to its target of bookings; null once that is met. A quarter with a
   target and an empty pipeline is covered 0 times. #}
with base as (
    select * from {{ ref('kpi_values_base') }}
    where kpi_code in ('pipe_open', 'won_amt') and view = 'shared' and grain = 'fiscal_quarter' and segment = 'all'
),

amounts as (
    select
        period_start,
        max(case when kpi_code = 'pipe_open' and member = 'due' then numerator end) as due_amt,
        max(case when kpi_code = 'won_amt' then numerator end) as won_amt
    from base
    group by period_start
),

targets as (
    select * from {{ ref('kpi_targets') }}
    where kpi_code = 'won_amt' and view = 'shared' and grain = 'fiscal_quarter' and segment = 'all'
),

missing as (
    select
        targets.view,
        targets.grain,
        targets.period_start,
        coalesce(amounts.due_amt, 0) as due_amt,
        targets.target - coalesce(amounts.won_amt, 0) as missing_amt
    from targets
    left join amounts on targets.period_start = amounts.period_start
    where exists (select 1 from base where kpi_code = 'pipe_open')
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
