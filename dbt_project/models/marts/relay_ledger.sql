{# The two accounts of each boundary per month. Opening balances are the counts of the month before; a residual is what the flows do not
   explain of the count at the end, and is 0. #}
with flows as (
    select * from {{ ref('relay_ledger_flows') }}
),

counted as (
    select
        boundary,
        month_start_on,
        transit,
        stock,
        lag(transit, 1, 0) over (partition by boundary order by month_start_on nulls last) as transit_open,
        lag(stock, 1, 0) over (partition by boundary order by month_start_on nulls last) as stock_open
    from {{ ref('relay_ledger_stocks') }}
),

final as (
    select
        flows.boundary,
        flows.month_start_on,
        cast(counted.transit_open as bigint) as transit_open,
        {%- for flow in relay_flow_columns() %}
        {%- if flow == relay_flows().stock['in'][1] %}
        cast(counted.transit as bigint) as transit,
        cast(counted.transit_open + {{ relay_net_flow('transit') }} - counted.transit as bigint) as transit_residual,
        cast(counted.stock_open as bigint) as stock_open,
        {%- endif %}
        cast(flows.{{ flow }} as bigint) as {{ flow }},
        {%- endfor %}
        cast(counted.stock as bigint) as stock,
        cast(counted.stock_open + {{ relay_net_flow('stock') }} - counted.stock as bigint) as stock_residual
    from flows
    join counted on flows.boundary = counted.boundary and flows.month_start_on = counted.month_start_on
)

select * from final
