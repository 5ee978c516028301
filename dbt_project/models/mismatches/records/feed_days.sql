-- How many rows each feed brought on each day on which it was delivered.
with final as (
    select
        system,
        table_name,
        {{ business_date('extracted_at') }} as delivered_on,
        max(extracted_at) as extracted_at,
        cast(sum(rows_landed) as bigint) as row_cnt
    from {{ source('landing', 'batches') }}
    group by 1, 2, 3
)

select * from final
