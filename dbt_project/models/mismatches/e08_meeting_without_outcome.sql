-- Meetings that should have taken place, and of which nobody has written what came of them.
with meetings as (
    select activities.*, records.outcome, records.status, persons.person_key,
        coalesce(records.crm_lead_id, records.crm_contact_id, records.crm_opportunity_id, records.crm_account_id) is not null as has_subject
    from {{ ref('activities_crm') }} as activities
    inner join {{ ref('crm_activity') }} as records
        on activities.source_system = records.source_system and activities.activity_id = records.activity_id
    left join {{ ref('person_records') }} as persons
        on activities.source_system = persons.source_system
        and activities.record_type = persons.record_type
        and activities.record_id = persons.record_id
    where activities.is_human and activities.activity_type = 'meeting'
),

systems_with_outcomes as (
    select source_system from meetings where outcome is not null group by source_system
),

final as (
    select
        'person' as subject_type,
        meetings.person_key as subject_id,
        null as ma_record_id,
        meetings.activity_id as crm_record_id,
        null as ma_value,
        coalesce(meetings.status, 'no status') || ', no outcome' as crm_value,
        '' as detail,
        null as amount_at_stake,
        meetings.occurred_at
    from meetings
    inner join systems_with_outcomes on meetings.source_system = systems_with_outcomes.source_system
    cross join {{ ref('run_parameters') }} as run_parameters
    left join {{ ref('pending_statuses') }} as pending on lower(meetings.status) = pending.source_value
    left join {{ ref('countable_people') }} as countable on meetings.person_key = countable.person_key
    where meetings.outcome is null
        and (meetings.status is null or pending.source_value is not null)
        and coalesce(countable.is_countable, true)
        -- a meeting among colleagues has no outcome to tell
        and meetings.has_subject
        and {{ add_seconds('meetings.occurred_at', '86400 * ' ~ mismatch_tolerance('e08_days')) }} < run_parameters.as_of
)

select * from final
