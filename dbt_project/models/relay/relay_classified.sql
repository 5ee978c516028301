{# What became of each handoff: the first class that applies. The one place that says so. #}
with pairs as (
    select * from {{ ref('relay_pairs') }}
),

tolerances as (
    select boundary, hours, valid_from, valid_to from {{ ref('relay_tolerances') }}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

timed as (
    select
        pairs.*,
        {{ business_date('pairs.in_at') }} as in_on,
        -- without a tolerance in force the baton must arrive at once
        {{ add_seconds('pairs.out_at', 'coalesce(tolerances.hours, 0) * 3600') }} as due_at,
        {{ add_seconds('coalesce(pairs.out_at, pairs.in_at)', 'coalesce(tolerances.hours, 0) * 3600') }} as matures_at,
        run_parameters.as_of
    from pairs
    cross join run_parameters
    left join tolerances
        on pairs.boundary = tolerances.boundary
            and {{ in_force('tolerances', 'coalesce(pairs.out_on, ' ~ business_date('pairs.in_at') ~ ')') }}
),

dated as (
    select
        *,
        {{ business_date('due_at') }} as due_on
    from timed
),

final as (
    select
        *,
        case
            when in_rank > 1 then 'double_entry'
            when out_rank > 1 then 'grain_merged'
            when out_at is not null and in_at <= due_at then 'delivered'
            when out_at is not null and date_trunc('month', in_on) = date_trunc('month', due_on) then 'delivered_late'
            when out_at is not null and in_at is not null then 'recovered'
            when out_at is not null and due_at >= as_of then 'in_transit'
            when out_at is not null then 'lost_in_transit'
            when origin in ('sgl', 'tgl', 'partner', 'direct', 'existing', 'recycled', 'reopened') then 'declared_non_relay'
            else 'invented'
        end as classification
    from dated
)

select * from final
