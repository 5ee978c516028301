{# Stage conversion: opportunities that went from an open stage to a higher one, or were won, within the window after they first entered it.
   The stage is the member. #}
with stage_changes as (
    select * from {{ ref('stage_changes') }}
),

entries as (
    select opportunity_id, stage, stage_order, change_no, changed_on as entered_on
    from stage_changes
    where is_open
    qualify row_number() over (partition by opportunity_id, stage order by change_no nulls last) = 1
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

advances as (
    select entries.opportunity_id, entries.stage, min(later.changed_on) as advanced_on
    from entries
    join stage_changes as later
        on entries.opportunity_id = later.opportunity_id
            and later.change_no > entries.change_no
            and (later.is_won or later.is_open and later.stage_order > entries.stage_order)
    group by entries.opportunity_id, entries.stage
),

final as (
    select
        'opportunity' as subject_type,
        entries.opportunity_id as subject_id,
        'shared' as view,
        entries.stage as member,
        entries.entered_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('advances.advanced_on <= ' ~ add_days('entries.entered_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('entries.entered_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from entries
    cross join run_parameters
    join {{ named_window('stage_conversion') }} as windows on {{ in_force('windows', 'entries.entered_on') }}
    left join advances on entries.opportunity_id = advances.opportunity_id and entries.stage = advances.stage
)

select * from final
