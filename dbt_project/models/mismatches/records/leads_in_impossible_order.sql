{{ config(materialized='ephemeral') }}
-- The part of C03 that is about leads: an activity before the lead was created, accepted before it was handed over.
with records as (
    select live.source_system, live.record_id, live.person_key, live.created_at, leads.lead_source
    from {{ ref('live_person_records') }} as live
    inner join {{ ref('crm_lead') }} as leads
        on live.record_type = 'crm_lead' and live.source_system = leads.source_system and live.record_id = leads.crm_lead_id
    where live.is_countable
),

-- a merge moves the loser's activities to the winner: they may be as old as the loser
created as (
    select records.source_system, records.record_id, records.person_key,
        least(records.created_at, min(losers.created_at)) as created_at
    from records
    left join {{ ref('crm_lead') }} as losers
        on records.source_system = losers.source_system and records.record_id = losers.master_record_id
    group by records.source_system, records.record_id, records.person_key, records.created_at
),

first_activities as (
    select source_system, record_id, min(occurred_at) as occurred_at
    from {{ ref('activities_crm') }}
    where record_type = 'crm_lead'
    group by source_system, record_id
),

acceptances as (
    select lead_id, source_system, source_record_id as record_id, occurred_at
    from {{ ref('stage_events_observed') }}
    where stage = 'accepted' and subject_type = 'lead_cycle'
    qualify row_number() over (partition by lead_id order by occurred_at nulls last, source_record_id nulls last, source_event_id nulls last) = 1
),

final as (
    select
        'person' as subject_type, created.person_key as subject_id, cast(null as {{ dbt.type_string() }}) as ma_record_id,
        created.record_id as crm_record_id, {{ business_date('created.created_at') }} as first_on,
        {{ business_date('first_activities.occurred_at') }} as second_on, 'activity before lead' as detail, created.created_at as occurred_at
    from created
    inner join first_activities
        on created.source_system = first_activities.source_system and created.record_id = first_activities.record_id
    where {{ business_date('created.created_at') }} > {{ business_date('first_activities.occurred_at') }}
    union all
    select
        'lead_cycle', handovers.lead_id, handovers.source_record_id, acceptances.record_id, handovers.handed_over_on,
        {{ business_date('acceptances.occurred_at') }}, 'accepted before handover', handovers.handed_over_at
    from {{ ref('stage_handed_over') }} as handovers
    inner join acceptances on handovers.lead_id = acceptances.lead_id
    inner join records
        on acceptances.source_system = records.source_system and acceptances.record_id = records.record_id
    left join {{ ref('origins') }} as origins
        on origins.object = 'lead_source' and lower({{ trimmed('records.lead_source') }}) = origins.source_value
    where handovers.handed_over_on > {{ business_date('acceptances.occurred_at') }}
        and coalesce(origins.origin, 'relay') = 'relay'
)

select * from final
