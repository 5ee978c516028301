-- One wide row per lead cycle: what every definition says of it.
with cycles as (
    select * from {{ ref('lead_cycles') }}
),

people as (
    select * from {{ ref('con_people') }}
),

-- a cycle without person counts when its opportunity does
lone_opportunities as (
    select lead_id, bool_or(removed_as is null) as is_countable, min(removed_as) as exclusion_reason
    from {{ ref('cycle_opportunities') }} as cycle_opportunities
    inner join {{ ref('opportunity_facts') }} as facts on cycle_opportunities.opportunity_id = facts.opportunity_id
    where cycle_opportunities.person_key is null
    group by lead_id
),

final as (
    select
        cycles.lead_id,
        cycles.person_key,
        cycles.account_key,
        cycles.cycle_no,
        case when cycles.cycle_no = 1 then coalesce(people.first_seen_at, cycles.opened_at) else cycles.opened_at end as first_seen_at,
        case when cycles.cycle_no = 1 then coalesce(people.first_seen_on, cycles.opened_on) else cycles.opened_on end as first_seen_on,
        people.original_source,
        people.channel,
        cycles.campaign,
        personas.persona,
        coalesce(countable.is_countable, lone_opportunities.is_countable, true) as is_countable,
        coalesce(countable.exclusion_reason, lone_opportunities.exclusion_reason) as exclusion_reason,
        coalesce(hot_leads.is_hot, false) as is_hot,
        mqls.mql_at,
        mqls.mql_on,
        coalesce(mqls.is_inferred, false) as is_mql_inferred,
        handed_over.handed_over_at,
        handed_over.handed_over_on,
        received.received_at,
        received.received_on,
        accepted.accepted_at,
        accepted.accepted_on,
        sla_clock.first_attempt_at,
        sla_clock.first_contact_at,
        opportunities.opportunity_created_at,
        opportunities.opportunity_created_on,
        valid.valid_opportunity_at,
        valid.valid_opportunity_on,
        won.won_at,
        won.won_on,
        cycles.opened_at,
        cycles.opened_on,
        cycles.closed_at,
        cycles.closed_on,
        cycles.close_reason,
        cycle_stages.current_stage,
        cycle_stages.max_stage,
        cycle_stages.owner_process
    from cycles
    left join people on cycles.person_key = people.person_key
    left join {{ ref('personas') }} as personas on cycles.person_key = personas.person_key
    left join {{ ref('countable_people') }} as countable on cycles.person_key = countable.person_key
    left join lone_opportunities on cycles.lead_id = lone_opportunities.lead_id
    left join {{ ref('hot_leads') }} as hot_leads on cycles.lead_id = hot_leads.lead_id
    left join {{ ref('stage_mql') }} as mqls on cycles.lead_id = mqls.lead_id
    left join {{ ref('stage_handed_over') }} as handed_over on cycles.lead_id = handed_over.lead_id
    left join {{ ref('stage_received') }} as received on cycles.lead_id = received.lead_id and received.in_rank = 1
    left join {{ ref('stage_accepted') }} as accepted on cycles.lead_id = accepted.lead_id
    left join {{ ref('sla_clock') }} as sla_clock on cycles.lead_id = sla_clock.lead_id
    left join {{ ref('stage_opportunity') }} as opportunities on cycles.lead_id = opportunities.lead_id
    left join {{ ref('stage_valid_opportunity') }} as valid on cycles.lead_id = valid.lead_id
    left join {{ ref('stage_won') }} as won on cycles.lead_id = won.lead_id
    left join {{ ref('cycle_stages') }} as cycle_stages on cycles.lead_id = cycle_stages.lead_id
)

select * from final
