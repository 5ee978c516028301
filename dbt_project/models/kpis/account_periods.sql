{# Accounts with an active contract on the eve of a period, and what was active at its end: the cohort of logo_churn, grr and nrr. A contract
   whose amount is unknown is active and brings nothing. #}
with periods as (
    select distinct grain, period_start, {{ add_days('period_start', '-1') }} as eve_on, read_on, is_over
    from {{ ref('kpi_periods') }}
),

-- an open end is a day that no period reaches: ranges with nulls cannot be joined by sorting
active as (
    select account_key, from_on, coalesce(to_on, date '9999-12-31') as until_on, coalesce(arr, 0) as arr
    from {{ ref('contract_levels') }}
),

starts as (
    select periods.grain, periods.period_start, periods.is_over, active.account_key, sum(active.arr) as start_arr
    from periods
    join active on active.from_on <= periods.eve_on and active.until_on > periods.eve_on
    group by periods.grain, periods.period_start, periods.is_over, active.account_key
),

ends as (
    select periods.grain, periods.period_start, active.account_key, sum(active.arr) as end_arr
    from periods
    join active on active.from_on <= periods.read_on and active.until_on > periods.read_on
    group by periods.grain, periods.period_start, active.account_key
),

final as (
    select
        starts.grain,
        starts.period_start,
        starts.account_key,
        starts.is_over,
        ends.account_key is not null as is_active_at_end,
        cast(starts.start_arr as decimal(18, 2)) as start_arr,
        cast(coalesce(ends.end_arr, 0) as decimal(18, 2)) as end_arr
    from starts
    left join ends
        on starts.grain = ends.grain
            and starts.period_start = ends.period_start
            and starts.account_key = ends.account_key
)

select * from final
