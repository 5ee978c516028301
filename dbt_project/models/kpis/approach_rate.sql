{# Handed-over lead cycles that a person of sales has attempted by as_of. #}
with leads as (
    select * from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null and {{ delivers('crm_activity') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        handed_over_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('first_attempt_at is not null') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        first_attempt_at is not null or closed_on is not null as is_mature
    from leads
)

select * from final
