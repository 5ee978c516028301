{# Rejected lead cycles of which inside sales said why. #}
with rejected as (
    select * from {{ ref('rejected_leads') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        rejected_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('has_reason') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from rejected
)

select * from final
