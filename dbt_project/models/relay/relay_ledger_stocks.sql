{# Transit and stock per boundary and month, counted on their own: how every handoff and every receiver's record stood at the end of the
   month. Nothing here reads a flow, else the ledger's identity would be a tautology. #}
with months as (
    select * from {{ ref('relay_months') }}
),

handoffs as (
    select * from {{ ref('relay_classified') }}
),

exits as (
    select * from {{ ref('relay_exits') }}
),

transits as (
    select months.boundary, months.month_start_on, count(*) as transit
    from months
    join handoffs
        on months.boundary = handoffs.boundary
            and handoffs.out_on <= months.read_on
            -- neither arrived by then
            and (handoffs.in_at is null or {{ business_date('greatest(handoffs.out_at, handoffs.in_at)') }} > months.read_on)
            -- nor given up; a further OUT waits for its unit
            and (handoffs.due_on > months.read_on or handoffs.due_at >= months.as_of or handoffs.out_rank > 1)
            and not (handoffs.out_rank > 1 and handoffs.in_at is null)
    group by months.boundary, months.month_start_on
),

states as (
    select boundary, record_key, in_at as state_at, 2 as tie_rank, true as is_in, greatest(in_at, out_at) as effective_at
    from handoffs
    where in_at is not null and classification <> 'grain_merged'
    union all
    select boundary, record_key, exit_at, tie_rank, false, exit_at from exits
),

-- a record's states in order; none takes effect before the one it follows
effective_states as (
    select
        boundary,
        record_key,
        state_at,
        tie_rank,
        is_in,
        {{ business_date('max(effective_at) over record_states') }} as effective_on
    from states
    window record_states as (
        partition by boundary, record_key order by state_at nulls last, tie_rank, is_in nulls last, effective_at nulls last
        rows between unbounded preceding and current row
    )
),

periods_in as (
    select
        boundary,
        is_in,
        effective_on as in_from,
        lead(effective_on) over (
            partition by boundary, record_key order by state_at nulls last, tie_rank, is_in nulls last, effective_on nulls last
        ) as in_to
    from effective_states
),

stocks as (
    select months.boundary, months.month_start_on, count(*) as stock
    from months
    join periods_in
        on months.boundary = periods_in.boundary
            and periods_in.is_in
            and periods_in.in_from <= months.read_on
            and (periods_in.in_to is null or periods_in.in_to > months.read_on)
    group by months.boundary, months.month_start_on
),

final as (
    select
        months.boundary,
        months.month_start_on,
        coalesce(transits.transit, 0) as transit,
        coalesce(stocks.stock, 0) as stock
    from months
    left join transits on months.boundary = transits.boundary and months.month_start_on = transits.month_start_on
    left join stocks on months.boundary = stocks.boundary and months.month_start_on = stocks.month_start_on
)

select * from final
