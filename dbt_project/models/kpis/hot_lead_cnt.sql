{# Hot leads: handed-over lead cycles that were hot at the handover. #}
with leads as (
    select * from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null and is_hot
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        handed_over_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from leads
)

select * from final
