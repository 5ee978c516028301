-- Blocking: the ledger counts each move once, under a flow that it knows.
with counted as (
    select
        boundary,
        {%- for flow in relay_flow_columns() %}
        sum({{ flow }}) {{ '+' if not loop.last else 'as move_cnt' }}
        {%- endfor %}
    from {{ ref('relay_ledger') }}
    group by boundary
),

moves as (
    select boundary, count(*) as move_cnt
    from {{ ref('relay_entries') }}
    -- delivered leaves transit and enters stock in one column
    where not (account = 'stock' and flow = 'delivered')
    group by boundary
)

select boundary, counted.move_cnt as counted_cnt, moves.move_cnt
from counted
full outer join moves using (boundary)
where coalesce(counted.move_cnt, 0) <> coalesce(moves.move_cnt, 0)
