{# Customer acquisition cost, three ways side by side: what marketing and sales cost one sales cycle earlier per new customer, what they cost in the
   period itself, and, as marketing counts, the programmes per deal won from a lead that it handed over. #}
with customers as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'new_customer_cnt' and view = 'shared' and segment = 'all'
),

of_marketing as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'won_cnt' and view = 'marketing' and segment = 'all'
),

programmes as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'mkt_cost' and view = 'shared' and segment = 'all'
),

costs as (
    select * from {{ ref('period_costs') }}
),

members as (
    select costs.timing as member, customers.grain, customers.period_start, costs.cost as numerator, customers.numerator as denominator
    from customers
    join costs on customers.grain = costs.grain and customers.period_start = costs.period_start

    union all

    select 'programme', of_marketing.grain, of_marketing.period_start, coalesce(programmes.numerator, 0), of_marketing.numerator
    from of_marketing
    join costs on of_marketing.grain = costs.grain and of_marketing.period_start = costs.period_start and costs.timing = 'same_period'
    left join programmes on of_marketing.grain = programmes.grain and of_marketing.period_start = programmes.period_start
),

final as (
    select
        'shared' as view,
        member,
        grain,
        period_start,
        'all' as segment,
        'all' as segment_value,
        cast(numerator as decimal(28, 2)) as numerator,
        cast(denominator as decimal(28, 2)) as denominator,
        {{ kpi_ratio() }} as value
    from members
)

select * from final
