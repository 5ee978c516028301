-- Feeds whose newest delivery day brought other columns than before, or money in another unit.
with newest as (
    select system, table_name, max(delivered_on) as delivered_on
    from {{ ref('feed_days') }}
    group by system, table_name
),

found as (
    select
        notes.system || '.' || notes.table_name as feed,
        split_part(notes.note, ' ', 2) as column_name,
        notes.note,
        notes.extracted_at as occurred_at
    from {{ ref('feed_drift_notes') }} as notes
    inner join newest
        on notes.system = newest.system and notes.table_name = newest.table_name and notes.delivered_on = newest.delivered_on
    -- the notes that a value may be lost by begin so
    where notes.note like 'column %'
    union all
    select feed, column_name, note, occurred_at from {{ ref('feed_unit_changes') }}
),

final as (
    select
        'feed' as subject_type,
        feed as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        max(note) as crm_value,
        feed || ' ' || column_name as detail,
        null as amount_at_stake,
        least(max(occurred_at), max(run_parameters.as_of)) as occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
    group by feed, column_name
)

select * from final
