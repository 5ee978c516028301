{{ config(severity='warn') }}
-- A target of a value that nothing is counted under yet stands against 0. It may be a new owner's; it may be misspelt, and then the value that was
-- meant has no target. `problem` says what to do.
with counted as (
    select segments.segment, segments.segment_value
    from {{ ref('numbered_segments') }} as segments
    join (select distinct segment_no from {{ ref('kpi_values_numbered') }}) as numbers on segments.segment_no = numbers.segment_no
),

-- the same but for the case of the letters and blanks around
alike as (
    select segment, lower(trim(segment_value)) as folded, min(segment_value) as segment_value
    from counted
    group by segment, lower(trim(segment_value))
),

final as (
    select
        targets.*,
        'targets.csv: nothing is counted under ' || targets.segment || ' "' || targets.segment_value || '"'
        || coalesce('; write "' || alike.segment_value || '"', ' yet; correct the row if it is misspelt') as problem
    from {{ ref('targets') }} as targets
    left join counted on targets.segment = counted.segment and targets.segment_value = counted.segment_value
    left join alike on targets.segment = alike.segment and lower(trim(targets.segment_value)) = alike.folded
    where targets.segment in ('{{ kpi_segments() | join("', '") }}') and targets.segment_value <> '' and counted.segment is null
)

select * from final
