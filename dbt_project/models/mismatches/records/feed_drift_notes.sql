-- What the registry notes of how a delivery's columns differ from the one before, one row per note.
with batches as (
    select
        system, table_name, batch_id, {{ business_date('extracted_at') }} as delivered_on, extracted_at,
        replace(drift, '{{ "\n" }}', '|') as drift
    from {{ source('landing', 'batches') }}
),

final as (
    select system, table_name, batch_id, delivered_on, extracted_at, note
    from {{ split_to_rows('batches', 'drift', '|', 'note') }}
    where note <> ''
)

select * from final
