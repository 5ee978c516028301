-- Leads that inside sales accepted and that only a machine wrote to in time.
with handed_over as (
    select * from {{ ref('relay_b1_out') }}
),

received as (
    select lead_id, in_record_id
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and in_at is not null and classification <> 'double_entry'
    qualify row_number() over (partition by lead_id order by in_at nulls last, in_record_id nulls last) = 1
),

automated as (
    select persons.person_key, activities.occurred_at
    from {{ ref('crm_activity') }} as activities
    inner join {{ ref('person_records') }} as persons
        on activities.source_system = persons.source_system
        and persons.record_type = case when activities.crm_lead_id is not null then 'crm_lead' else 'crm_contact' end
        and coalesce(activities.crm_lead_id, activities.crm_contact_id) = persons.record_id
    where activities.is_automated and not coalesce(activities.is_deleted, false)
),

unattempted as (
    select leads.lead_id, leads.person_key, clocks.clock_start_at, clocks.due_at
    from {{ ref('lead_facts') }} as leads
    inner join {{ ref('sla_clock') }} as clocks on leads.lead_id = clocks.lead_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where leads.is_countable
        and leads.accepted_at is not null
        and clocks.due_at < run_parameters.as_of
        and coalesce(clocks.first_attempt_at > clocks.due_at, true)
),

touched as (
    select unattempted.lead_id, unattempted.clock_start_at, min(automated.occurred_at) as touched_at
    from unattempted
    inner join automated
        on unattempted.person_key = automated.person_key
        and automated.occurred_at between unattempted.clock_start_at and unattempted.due_at
    group by unattempted.lead_id, unattempted.clock_start_at
),

final as (
    select
        'lead_cycle' as subject_type,
        touched.lead_id as subject_id,
        null as ma_record_id,
        received.in_record_id as crm_record_id,
        null as ma_value,
        'automated ' || cast(touched.touched_at as {{ dbt.type_string() }}) as crm_value,
        cast({{ business_date('touched.clock_start_at') }} as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        touched.touched_at as occurred_at
    from touched
    inner join handed_over on touched.lead_id = handed_over.lead_id
    left join received on touched.lead_id = received.lead_id
)

select * from final
