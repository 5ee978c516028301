{# Customer acquisition cost: what marketing and sales cost in a period, per new customer. #}
with customers as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'new_customer_cnt' and segment = 'all'
),

costs as (
    select * from {{ ref('period_costs') }}
),

final as (
    select
        customers.view,
        '' as member,
        customers.grain,
        customers.period_start,
        customers.segment,
        customers.segment_value,
        costs.cost as numerator,
        customers.numerator as denominator,
        cast(costs.cost as double) / nullif(customers.value, 0) as value
    from customers
    join costs on customers.grain = costs.grain and customers.period_start = costs.period_start
)

select * from final
