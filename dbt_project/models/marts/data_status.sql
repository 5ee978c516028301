{# One row per feed: what it has delivered and how fresh it is. The publisher fills published_at and failed_checks in the version it publishes;
   here nothing is published yet and no check has failed. #}
with batches as (
    select * from {{ source('landing', 'batches') }}
),

failures as (
    select system, table_name, count(*) as failure_cnt
    from {{ ref('cast_failures') }}
    group by system, table_name
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

feeds as (
    select
        system,
        table_name,
        max_by(delivery, seq) as delivery,
        count(*) as batches,
        sum(rows_in) as rows_in,
        sum(rows_landed) as rows_landed,
        sum(rows_rejected) as rows_rejected,
        max(cast(confirmed_at as timestamp)) as last_extracted_at,
        max_by(sets_as_of, seq) as sets_as_of
    from batches
    group by system, table_name
),

freshest as (
    select max(last_extracted_at) as freshest_at
    from feeds
    where sets_as_of
),

final as (
    select
        feeds.system,
        feeds.table_name,
        run_parameters.as_of,
        cast(null as timestamp) as published_at,
        feeds.delivery,
        cast(feeds.batches as bigint) as batches,
        cast(feeds.rows_in as bigint) as rows_in,
        cast(feeds.rows_landed as bigint) as rows_landed,
        cast(feeds.rows_rejected as bigint) as rows_rejected,
        feeds.last_extracted_at,
        -- as_of is as old as the feed that lags most: the freshest one tells how far that is behind
        case
            when feeds.sets_as_of then cast({{ seconds_between('feeds.last_extracted_at', 'freshest.freshest_at') }} as double) / 3600
        end as lag_hours,
        cast(coalesce(failures.failure_cnt, 0) as bigint) as cast_failures,
        cast(0 as bigint) as failed_checks
    from feeds
    cross join run_parameters
    cross join freshest
    left join failures on feeds.system = failures.system and feeds.table_name = failures.table_name
)

select * from final
