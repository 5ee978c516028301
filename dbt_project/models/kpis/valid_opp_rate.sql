{# Held meetings whose opportunity became valid: the one that the meeting names; where it names none, any of the cycle it stands in. It may still
   become so while that opportunity, or that cycle, is open. #}
with meetings as (
    select * from {{ ref('meetings') }} where held_on is not null
),

opportunities as (
    select opportunity_id, source_system, crm_opportunity_id, is_valid_opportunity, is_closed
    from {{ ref('con_opportunities') }}
    where is_countable
),

valid_cycles as (
    select distinct cycles.lead_id
    from {{ ref('cycle_opportunities') }} as cycles
    join opportunities on cycles.opportunity_id = opportunities.opportunity_id
    where opportunities.is_valid_opportunity
),

open_cycles as (
    select lead_id from {{ ref('lead_facts') }} where closed_on is null
),

judged as (
    select
        meetings.meeting_id,
        meetings.held_on,
        case
            when meetings.crm_opportunity_id is null then valid_cycles.lead_id is not null
            else coalesce(opportunities.is_valid_opportunity, false)
        end as is_valid,
        case
            when meetings.crm_opportunity_id is null then open_cycles.lead_id is not null
            else coalesce(not opportunities.is_closed, false)
        end as is_open
    from meetings
    left join opportunities
        on meetings.source_system = opportunities.source_system and meetings.crm_opportunity_id = opportunities.crm_opportunity_id
    left join valid_cycles on meetings.lead_id = valid_cycles.lead_id
    left join open_cycles on meetings.lead_id = open_cycles.lead_id
),

final as (
    select
        'meeting' as subject_type,
        meeting_id as subject_id,
        'shared' as view,
        '' as member,
        held_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('is_valid') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        is_valid or not is_open as is_mature
    from judged
)

select * from final
