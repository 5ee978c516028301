-- How many rows each feed brought on each day on which it was delivered. Of a file that was read again, what was read last.
with batches as (
    select *, {{ business_date('extracted_at') }} as delivered_on
    from {{ source('landing', 'batches') }}
),

files as (
    select *
    from batches
    qualify row_number() over (partition by system, table_name, delivered_on, source_file order by seq desc) = 1
),

final as (
    select
        system,
        table_name,
        delivered_on,
        max(extracted_at) as extracted_at,
        cast(sum(rows_landed) as bigint) as row_cnt
    from files
    group by system, table_name, delivered_on
)

select * from final
