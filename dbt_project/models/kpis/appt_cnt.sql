{# Appointments: meetings, on the day they were booked. #}
with meetings as (
    select meeting_id, booked_on from {{ ref('meetings') }} where booked_on is not null
),

final as (
    select
        'meeting' as subject_type,
        meeting_id as subject_id,
        'shared' as view,
        '' as member,
        booked_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from meetings
)

select * from final
