{# Of the handed-over lead cycles that closed without opportunity, those given back for nurturing. #}
with leads as (
    select lead_id, closed_on, close_reason
    from {{ ref('lead_facts') }}
    where {{ delivers('crm_lead') }}
        and is_countable
        and handed_over_on is not null
        and opportunity_created_on is null
        and close_reason in ('rejected', 'disqualified', 'recycled', 'idle')
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        closed_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when("close_reason = 'recycled'") }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from leads
)

select * from final
