{# Held meetings whose opportunity became valid: the one that the meeting names; where it names none, any of the cycle it stands in. #}
with meetings as (
    select * from {{ ref('meetings') }} where held_on is not null
),

valid as (
    select opportunity_id, source_system, crm_opportunity_id
    from {{ ref('con_opportunities') }}
    where is_countable and is_valid_opportunity
),

valid_cycles as (
    select distinct cycles.lead_id
    from {{ ref('cycle_opportunities') }} as cycles
    join valid on cycles.opportunity_id = valid.opportunity_id
),

final as (
    select
        'meeting' as subject_type,
        meetings.meeting_id as subject_id,
        'shared' as view,
        '' as member,
        meetings.held_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when(
            'valid.opportunity_id is not null or (meetings.crm_opportunity_id is null and valid_cycles.lead_id is not null)'
        ) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from meetings
    left join valid
        on meetings.source_system = valid.source_system and meetings.crm_opportunity_id = valid.crm_opportunity_id
    left join valid_cycles on meetings.lead_id = valid_cycles.lead_id
)

select * from final
