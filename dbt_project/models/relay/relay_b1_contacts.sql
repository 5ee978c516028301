{# Handed-over cycles that no CRM lead answers to, whose person the CRM has as a contact: a customer, or one whose lead was converted before.
   The contact is the receiver's record, at the handover or when it came in the cycle. It leaves when an opportunity of the cycle opens, when
   its cycle closes or when it is gone. #}
with answered as (
    select lead_id from {{ ref('stage_received') }}
    union
    select lead_id from {{ ref('relay_b1_held') }}
),

contacts as (
    select
        persons.person_key,
        records.source_system,
        records.crm_contact_id,
        records.created_at,
        case
            when records.master_record_id is not null then 'merged_away'
            when coalesce(records.is_deleted, false) then 'deleted'
        end as removed_as,
        coalesce(records.deleted_at, records.updated_at) as removed_at
    from {{ ref('crm_contact') }} as records
    join {{ ref('person_records') }} as persons
        on records.source_system = persons.source_system
            and persons.record_type = 'crm_contact'
            and records.crm_contact_id = persons.record_id
),

received as (
    select
        handed_over.lead_id,
        contacts.source_system,
        contacts.crm_contact_id,
        greatest(handed_over.handed_over_at, contacts.created_at) as received_at,
        contacts.removed_as,
        contacts.removed_at,
        cycles.close_reason,
        cycles.closed_at
    from {{ ref('stage_handed_over') }} as handed_over
    join {{ ref('lead_cycles') }} as cycles on handed_over.lead_id = cycles.lead_id
    join contacts on handed_over.person_key = contacts.person_key
    cross join {{ ref('run_parameters') }} as run_parameters
    left join answered on handed_over.lead_id = answered.lead_id
    where answered.lead_id is null
        and (contacts.created_at is null or contacts.created_at <= run_parameters.as_of)
        and (contacts.removed_as is null or contacts.removed_at > greatest(handed_over.handed_over_at, contacts.created_at))
        and (cycles.closed_at is null or contacts.created_at is null or contacts.created_at <= cycles.closed_at)
        and (cycles.next_opened_at is null or contacts.created_at is null or contacts.created_at < cycles.next_opened_at)
    qualify row_number() over (
        partition by handed_over.lead_id
        order by
            greatest(handed_over.handed_over_at, contacts.created_at) nulls last,
            contacts.removed_as nulls first,
            contacts.created_at desc nulls last,
            contacts.source_system nulls last,
            contacts.crm_contact_id nulls last
    ) = 1
),

openings as (
    select links.lead_id, min(coalesce(opportunities.created_at, opportunities.closed_at)) as opened_at
    from {{ ref('cycle_opportunities') }} as links
    join {{ ref('con_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    group by links.lead_id
),

ways_out as (
    select received.lead_id, openings.opened_at as exit_at, 'converted' as left_as
    from received
    join openings on received.lead_id = openings.lead_id
    where openings.opened_at is not null
    union all
    select lead_id, closed_at, case when close_reason = 'recycled' then 'recycled_out' else close_reason end
    from received
    where close_reason in ('rejected', 'disqualified', 'recycled')
    union all
    select received.lead_id, received.removed_at, received.removed_as
    from received
    cross join {{ ref('run_parameters') }} as run_parameters
    where received.removed_as is not null and received.removed_at <= run_parameters.as_of
),

first_ways_out as (
    select * from ways_out
    qualify row_number() over (partition by lead_id order by exit_at nulls last, left_as nulls last) = 1
),

final as (
    select
        received.lead_id,
        received.source_system,
        received.crm_contact_id,
        {{ relay_record_key('received.source_system', "'contact|' || received.crm_contact_id") }} as record_key,
        received.received_at,
        case when first_ways_out.left_as is not null then greatest(first_ways_out.exit_at, received.received_at) end as left_at,
        first_ways_out.left_as
    from received
    left join first_ways_out on received.lead_id = first_ways_out.lead_id
)

select * from final
