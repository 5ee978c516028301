-- Every stage event, with the MQLs that are inferred from a handover.
with observed as (
    select * from {{ ref('stage_events_observed') }}
),

inferred_mqls as (
    select
        'lead_cycle' as subject_type, mqls.lead_id as subject_id, mqls.lead_id, handovers.person_key,
        cast(null as {{ dbt.type_string() }}) as opportunity_id, cast(null as {{ dbt.type_string() }}) as contract_id, 'mql' as stage, mqls.mql_at as occurred_at,
        handovers.source_system, 'ma_person' as source_record_type, handovers.source_record_id, handovers.source_event_id,
        cast(null as {{ dbt.type_string() }}) as source_value, false as is_entry, true as is_inferred
    from {{ ref('stage_mql') }} as mqls
    inner join {{ ref('stage_handed_over') }} as handovers on mqls.lead_id = handovers.lead_id
    where mqls.is_inferred
),

all_events as (
    select * from observed
    union all
    select * from inferred_mqls
),

final as (
    select
        {{ string_hash([
            'subject_type', 'stage', 'source_system', 'source_record_type', 'source_record_id', 'source_event_id', 'is_inferred'
        ]) }} as stage_event_id,
        subject_type,
        subject_id,
        lead_id,
        person_key,
        opportunity_id,
        contract_id,
        stage,
        occurred_at,
        {{ business_date('occurred_at') }} as occurred_on,
        source_system,
        source_record_type,
        source_record_id,
        source_value,
        is_entry,
        is_inferred
    from all_events
)

select * from final
