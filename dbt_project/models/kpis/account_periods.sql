{# Accounts with an active contract on the eve of a period, and what was active at its end: the cohort of logo_churn, grr and nrr. #}
with contracts as (
    select * from {{ ref('con_contracts') }} where not is_deleted and account_key is not null and start_on is not null
),

mrr as (
    select * from {{ ref('contract_mrr') }}
),

periods as (
    select distinct grain, period_start, {{ add_days('period_start', '-1') }} as eve_on, read_on, is_over
    from {{ ref('kpi_periods') }}
),

-- the days on which a contract is active, end excluded
active as (
    select
        contract_id,
        account_key,
        start_on,
        coalesce(churned_on, {{ add_days('end_on', 1) }}) as until_on
    from contracts
),

starts as (
    select
        periods.grain,
        periods.period_start,
        periods.is_over,
        active.account_key,
        sum(coalesce(mrr.mrr_base, 0) * 12) as start_arr
    from periods
    join active
        on active.start_on <= periods.eve_on and (active.until_on is null or active.until_on > periods.eve_on)
    left join mrr
        on active.contract_id = mrr.contract_id
            and mrr.from_on <= periods.eve_on and (mrr.to_on is null or mrr.to_on > periods.eve_on)
    group by periods.grain, periods.period_start, periods.is_over, active.account_key
),

ends as (
    select periods.grain, periods.period_start, active.account_key, sum(coalesce(mrr.mrr_base, 0) * 12) as end_arr
    from periods
    join active
        on active.start_on <= periods.read_on and (active.until_on is null or active.until_on > periods.read_on)
    left join mrr
        on active.contract_id = mrr.contract_id
            and mrr.from_on <= periods.read_on and (mrr.to_on is null or mrr.to_on > periods.read_on)
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
