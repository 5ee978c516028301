{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}

-- a landed batch never changes: each is checked once
with failures as (
    {{ failed_casts() }}
),

checked_batches as (
    {{ unchecked_batches() }}
),

final as (
    select system, table_name, column_name, value, wanted_type, reason, batch_id, source_file, row_number
    from failures

    union all

    select system, table_name, null, null, null, null, batch_id, source_file, null
    from checked_batches
)

select * from final
