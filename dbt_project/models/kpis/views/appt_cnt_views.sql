{# Appointments as the teams count them: marketing when they are booked, as the shared view; sales when they are held. #}
with booked as (
    select * from {{ ref('appt_cnt') }}
),

held as (
    select * from {{ ref('appt_held') }}
),

final as (
    select
        subject_type, subject_id, 'marketing' as view, member, counted_on, numerator, subject_id as row_id,
        {{ bridge_no_record() }}
    from booked
    union all
    select
        subject_type, subject_id, 'sales', member, counted_on, numerator, subject_id,
        {{ bridge_no_record() }}
    from held
)

select * from final
