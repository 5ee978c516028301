{# Handed-over cycles whose person had a CRM lead in inside sales's hands at that moment: that lead is in at the moment of the handover.
   Of several leads, the one longest in hands. #}
with handed_over as (
    select lead_id, person_key, handed_over_at from {{ ref('stage_handed_over') }}
),

lead_states as (
    select * from {{ ref('relay_b1_states') }} where is_entry or is_exit
),

-- the last that had become of each of the person's CRM leads
states_then as (
    select
        handed_over.lead_id,
        handed_over.handed_over_at,
        lead_states.source_system,
        lead_states.crm_lead_id,
        lead_states.is_entry,
        lead_states.state_at
    from handed_over
    join lead_states
        on handed_over.person_key = lead_states.person_key and lead_states.state_at <= handed_over.handed_over_at
    qualify row_number() over (
        partition by handed_over.lead_id, lead_states.source_system, lead_states.crm_lead_id
        order by lead_states.state_at desc, lead_states.tie_rank desc, lead_states.stage_event_id desc
    ) = 1
),

final as (
    select
        lead_id,
        handed_over_at as received_at,
        source_system,
        crm_lead_id
    from states_then
    where is_entry
    qualify row_number() over (partition by lead_id order by state_at nulls last, source_system nulls last, crm_lead_id nulls last) = 1
)

select * from final
