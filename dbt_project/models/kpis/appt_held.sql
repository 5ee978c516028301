{# Meetings that took place, on the day they did. #}
with meetings as (
    select meeting_id, held_on from {{ ref('meetings') }} where held_on is not null
),

final as (
    select
        'meeting' as subject_type,
        meeting_id as subject_id,
        'shared' as view,
        '' as member,
        held_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from meetings
)

select * from final
