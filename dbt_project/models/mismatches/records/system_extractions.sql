-- When each system was last exported.
with batches as (
    select * from {{ source('landing', 'batches') }}
),

final as (
    select system, max(cast(confirmed_at as timestamp)) as extracted_at
    from batches
    group by system
)

select * from final
