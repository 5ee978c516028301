{# B1, the receiver's side: CRM leads that came into inside sales's hands, per lead cycle in order of their coming; a lead that was already
   there at the handover comes first, at the handover. A handed-over cycle without any has the person's contact. #}
{{ config(materialized='view') }}

with held as (
    select * from {{ ref('relay_b1_held') }}
),

events as (
    select * from {{ ref('stage_received') }}
),

received as (
    select lead_id, received_at, source_system, crm_lead_id, true as is_held from held
    union all
    select events.lead_id, events.received_at, events.source_system, events.crm_lead_id, false
    from events
    left join held
        on events.lead_id = held.lead_id
            and events.source_system = held.source_system
            and events.crm_lead_id = held.crm_lead_id
            and events.received_at <= held.received_at
    where held.lead_id is null
),

cycles as (
    select
        lead_id,
        lag(close_reason) over (partition by person_key order by cycle_no) as previous_close_reason
    from {{ ref('lead_cycles') }}
    where person_key is not null
),

crm_leads as (
    select source_system, crm_lead_id, lead_source from {{ ref('crm_lead') }}
),

origins as (
    select source_value, origin from {{ ref('origins') }} where object = 'lead_source'
),

statuses as (
    select source_system, crm_lead_id, stage
    from {{ ref('relay_b1_states') }}
    qualify row_number() over (
        partition by source_system, crm_lead_id order by state_at desc, tie_rank desc, stage desc, stage_event_id desc
    ) = 1
),

leads_in as (
    select
        'B1' as boundary,
        received.lead_id as unit_id,
        received.lead_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        cast(null as {{ dbt.type_string() }}) as contract_id,
        received.received_at as in_at,
        received.source_system as in_system,
        'crm_lead' as in_record_type,
        received.crm_lead_id as in_record_id,
        {{ relay_record_key('received.source_system', 'received.crm_lead_id') }} as record_key,
        statuses.stage as in_status,
        case
            when cycles.previous_close_reason in ('recycled', 'idle') then 'recycled'
            when cycles.previous_close_reason in ('rejected', 'disqualified') then 'reopened'
            else coalesce(origins.origin, 'undeclared')
        end as declared_origin,
        row_number() over (
            partition by received.lead_id
            order by
                received.is_held desc,
                received.received_at nulls last,
                received.source_system nulls last,
                received.crm_lead_id nulls last
        ) as in_rank,
        row_number() over (
            partition by received.lead_id, received.source_system, received.crm_lead_id order by received.received_at nulls last
        ) as in_record_rank
    from received
    left join cycles on received.lead_id = cycles.lead_id
    left join crm_leads
        on received.source_system = crm_leads.source_system and received.crm_lead_id = crm_leads.crm_lead_id
    left join origins on lower({{ trimmed('crm_leads.lead_source') }}) = origins.source_value
    left join statuses
        on received.source_system = statuses.source_system and received.crm_lead_id = statuses.crm_lead_id
    where 'B1' in (select boundary from {{ ref('relay_boundaries') }})
),

final as (
    select * from leads_in
    union all
    select
        'B1', lead_id, lead_id, cast(null as {{ dbt.type_string() }}), cast(null as {{ dbt.type_string() }}),
        received_at, source_system, 'crm_contact', crm_contact_id, record_key, coalesce(left_as, 'received'), 'relay',
        cast(1 as bigint), cast(1 as bigint)
    from {{ ref('relay_b1_contacts') }}
    where 'B1' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
