{# Stage regress: of the changes of stage in a period, those back to an earlier open stage. Coming into being is no change. #}
with stage_changes as (
    select * from {{ ref('stage_changes') }} where change_no > 1
),

final as (
    select
        'stage_change' as subject_type,
        stage_change_id as subject_id,
        'shared' as view,
        '' as member,
        changed_on as counted_on,
        {{ counts_when('is_open and stage_order < previous_order') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator
    from stage_changes
)

select * from final
