{# The average deal as the teams count it: of the deals and amounts that each counts as bookings. #}
with bookings as (
    select * from {{ ref('won_amt_views') }}
),

final as (
    select
        subject_type, subject_id, view, member, counted_on, numerator, cast(1 as decimal(18, 2)) as denominator, row_id,
        source_system, source_record_type, source_record_id, is_merged_record, uncounted_reasons
    from bookings
)

select * from final
