{# How far apart the two teams' numbers are, per KPI that they count in their own ways: marketing's less sales's, of the whole company. The bridge says
   why. What nobody counted is 0; a rate or median that one of them does not have leaves no gap to tell. #}
{%- set kinds = kpi_list() %}
with base as (
    select * from {{ ref('kpi_values_base') }}
    where kpi_code in ('{{ bridged_kpis() | join("', '") }}')
        and (basis <> 'period' or kpi_code in ('{{ kinds['period'] | join("', '") }}'))
        and segment = 'all' and statistic <> 'p90'
),

teams as (
    select
        kpi_code,
        basis,
        grain,
        period_start,
        max(case when view = 'marketing' then value end) as marketing,
        max(case when view = 'sales' then value end) as sales,
        bool_and(is_mature) as is_mature
    from base
    where view <> 'shared'
    group by kpi_code, basis, grain, period_start
),

final as (
    select
        'shared' as view,
        kpi_code as member,
        grain,
        period_start,
        'all' as segment,
        'all' as segment_value,
        cast(null as decimal(28, 2)) as numerator,
        cast(null as decimal(28, 2)) as denominator,
        case when basis = 'flow' then coalesce(marketing, 0) - coalesce(sales, 0) else marketing - sales end as value,
        is_mature
    from teams
)

select * from final
