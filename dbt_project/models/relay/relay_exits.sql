{# Every event that takes a receiver's record out of the receiver's stock. Of events in the same instant, tie_rank 1 comes before a new
   entry (2), tie_rank 3 after it. A deal that closed, or a contract that ended, by a date before it came in leaves as it comes. #}
with lead_states as (
    select * from {{ ref('relay_b1_states') }} where is_exit
),

idle_cycles as (
    select lead_id, closed_at from {{ ref('lead_cycles') }} where close_reason = 'idle'
),

handoffs as (
    select * from {{ ref('relay_classified') }} where in_at is not null
),

events as (
    select * from {{ ref('con_stage_events') }}
),

opportunities as (
    select opportunity_id, created_at, closed_at from {{ ref('con_opportunities') }}
),

contracts as (
    select contract_id, accepted_at from {{ ref('con_contracts') }}
),

final as (
    select
        'B1' as boundary,
        {{ relay_record_key('source_system', 'crm_lead_id') }} as record_key,
        state_at as exit_at,
        cast(tie_rank as bigint) as tie_rank,
        case when stage = 'recycled' then 'recycled_out' else stage end as left_as
    from lead_states

    union all

    select 'B1', record_key, left_at, cast(3 as bigint), left_as
    from {{ ref('relay_b1_contacts') }}
    where left_at is not null

    union all

    select distinct 'B1', handoffs.record_key, idle_cycles.closed_at, cast(3 as bigint), 'recycled_out'
    from handoffs
    join idle_cycles on handoffs.lead_id = idle_cycles.lead_id
    where handoffs.boundary = 'B1'

    union all

    select
        'B2',
        events.opportunity_id,
        case
            when events.occurred_at = opportunities.closed_at then greatest(events.occurred_at, opportunities.created_at)
            else events.occurred_at
        end,
        cast(3 as bigint),
        case when events.stage = 'won' then 'converted' when events.stage = 'lost' then 'lost_deals' else events.stage end
    from events
    join opportunities on events.opportunity_id = opportunities.opportunity_id
    where events.subject_type = 'opportunity' and events.stage in ('won', 'lost', 'deleted', 'merged_away')

    union all

    select
        'B3',
        events.contract_id,
        greatest(events.occurred_at, contracts.accepted_at),
        cast(3 as bigint),
        case when events.stage = 'churned' then 'lost_deals' else events.stage end
    from events
    join contracts on events.contract_id = contracts.contract_id
    where events.subject_type = 'contract' and events.stage in ('churned', 'deleted')
)

select * from final
