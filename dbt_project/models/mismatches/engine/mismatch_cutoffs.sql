{# Up to when two kinds of system can be compared, and whether one of them lags too far behind the other. A kind is as fresh as the least
   fresh of its feeds that set as_of. #}
with batches as (
    select * from {{ source('landing', 'batches') }}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

kinds as (
    {{ feeds_by_kind() }}
),

feeds as (
    select system, table_name, max(cast(confirmed_at as timestamp)) as extracted_at
    from batches
    group by system, table_name
    having max_by(sets_as_of, seq)
),

fresh as (
    select kinds.kind, min(feeds.extracted_at) as fresh_at
    from kinds
    inner join feeds on kinds.system = feeds.system and kinds.table_name = feeds.table_name
    group by kinds.kind
),

pairs as (
    select 'crm-ma' as pair, 'crm' as one, 'ma' as other, {{ mismatch_tolerance('transit_crm_ma_hours') }} as transit_hours
    union all
    select 'crm-cs', 'crm', 'cs', {{ mismatch_tolerance('transit_crm_cs_hours') }}
    union all
    select 'cs-ma', 'cs', 'ma', {{ mismatch_tolerance('transit_cs_ma_hours') }}
),

final as (
    select
        pairs.pair,
        pairs.one,
        pairs.other,
        ones.fresh_at as one_fresh_at,
        others.fresh_at as other_fresh_at,
        {{ add_seconds('least(run_parameters.as_of, ones.fresh_at, others.fresh_at)', '-3600 * pairs.transit_hours') }} as cutoff_at,
        abs({{ seconds_between('ones.fresh_at', 'others.fresh_at') }}) > 3600 * {{ mismatch_tolerance('i01_lag_hours') }} as is_stale
    from pairs
    cross join run_parameters
    left join fresh as ones on pairs.one = ones.kind
    left join fresh as others on pairs.other = others.kind
    where ones.kind is not null and others.kind is not null
)

select * from final
