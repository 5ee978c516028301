{# Per period, what the gross profit of the customers at its start is made of: their ARR then, how many they are and how many of them it
   lost, and the margin in force on its first day. #}
with base as (
    select * from {{ ref('kpi_values_base') }} where kpi_code in ('grr', 'logo_churn') and view = 'shared' and segment = 'all'
),

margins as (
    select * from {{ ref('gross_margins') }}
),

pivoted as (
    select
        view, grain, period_start,
        max(case when kpi_code = 'grr' then denominator end) as start_arr,
        max(case when kpi_code = 'logo_churn' then denominator end) as start_account_cnt,
        max(case when kpi_code = 'logo_churn' then numerator end) as lost_account_cnt
    from base
    group by view, grain, period_start
),

final as (
    select
        pivoted.view,
        pivoted.grain,
        pivoted.period_start,
        cast(case pivoted.grain when 'month' then 1 when 'fiscal_quarter' then 3 when 'fiscal_year' then 12 end as integer) as month_cnt,
        cast(pivoted.start_arr as decimal(28, 2)) as start_arr,
        cast(pivoted.start_account_cnt as bigint) as start_account_cnt,
        cast(pivoted.lost_account_cnt as bigint) as lost_account_cnt,
        margins.margin
    from pivoted
    join margins on {{ in_force('margins', 'pivoted.period_start') }}
    where pivoted.grain in ('month', 'fiscal_quarter', 'fiscal_year')
)

select * from final
