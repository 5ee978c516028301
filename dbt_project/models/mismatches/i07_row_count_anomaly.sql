-- Feeds whose newest day brought far more or fewer rows than the same weekday did before. Whole numbers only: n x - sum against n times sums of squares.
with days as (
    select *, cast(row_cnt as decimal(18, 0)) as counted from {{ ref('feed_days') }}
),

numbered as (
    select
        days.system, days.table_name, days.delivered_on, days.extracted_at, days.counted as row_cnt,
        calendar.day_of_week,
        row_number() over (partition by days.system, days.table_name order by days.delivered_on nulls last) as day_no,
        max(days.delivered_on) over (partition by days.system, days.table_name) as newest_on
    from days
    inner join {{ ref('con_calendar') }} as calendar on days.delivered_on = calendar.date_on
),

earlier as (
    select
        newest.system,
        newest.table_name,
        newest.delivered_on,
        newest.extracted_at,
        newest.row_cnt,
        count(*) as n,
        sum(before.row_cnt) as total,
        sum(cast(before.row_cnt * before.row_cnt as decimal(38, 0))) as squares
    from numbered as newest
    inner join numbered as before
        on newest.system = before.system
        and newest.table_name = before.table_name
        and newest.day_of_week = before.day_of_week
        and before.delivered_on < newest.delivered_on
        and before.day_no > 1
    where newest.delivered_on = newest.newest_on
    group by newest.system, newest.table_name, newest.delivered_on, newest.extracted_at, newest.row_cnt
),

final as (
    select
        'feed' as subject_type,
        system || '.' || table_name as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        cast(cast(row_cnt as bigint) as {{ dbt.type_string() }}) || ' rows, usually ' || cast(cast(floor(total / nullif(n, 0)) as bigint) as {{ dbt.type_string() }}) as crm_value,
        system || '.' || table_name || ' ' || cast(delivered_on as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        least(extracted_at, run_parameters.as_of) as occurred_at
    from earlier
    cross join {{ ref('run_parameters') }} as run_parameters
    where n >= {{ mismatch_tolerance('i07_days') }}
        and abs(row_cnt * n - total) > {{ mismatch_tolerance('i07_rows') }} * n
        and abs(row_cnt * n - total) * 100 > {{ mismatch_tolerance('i07_percent') }} * total
        -- beyond three standard deviations of the sample, both sides squared
        and cast((row_cnt * n - total) * (row_cnt * n - total) as decimal(38, 0)) * (n - 1) > 9 * n * (n * squares - total * total)
)

select * from final
