{# Meetings that name an opportunity which was deleted or merged. #}
with meetings as (
    select meeting_id, source_system, crm_opportunity_id from {{ ref('meetings') }}
),

opportunities as (
    select source_system, crm_opportunity_id from {{ ref('con_opportunities') }} where removed_at is not null
),

final as (
    select meetings.meeting_id
    from meetings
    join opportunities
        on meetings.source_system = opportunities.source_system and meetings.crm_opportunity_id = opportunities.crm_opportunity_id
)

select * from final
