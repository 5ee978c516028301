-- What happened to a contract: accepted by customer success, ended (churned, or past its last agreed day), deleted.
with contracts as (
    select
        *,
        {{ business_day_start(service_over_on('contracts')) }} as ended_at
    from {{ ref('con_contracts') }} as contracts
),

events as (
    select contract_id, opportunity_id, source_system, source_contract_id, 'onboarded' as stage, accepted_at as occurred_at, status as source_value
    from contracts
    union all
    select contract_id, opportunity_id, source_system, source_contract_id, 'churned' as stage, ended_at as occurred_at, status as source_value
    from contracts
    union all
    select contract_id, opportunity_id, source_system, source_contract_id, 'deleted' as stage, deleted_at as occurred_at, status as source_value
    from contracts
),

final as (
    select
        events.source_system,
        'cs_contract' as source_record_type,
        events.source_contract_id as source_record_id,
        events.source_contract_id as source_event_id,
        events.contract_id,
        events.opportunity_id,
        events.stage,
        events.occurred_at,
        events.source_value
    from events
    cross join {{ ref('run_parameters') }} as run_parameters
    where events.occurred_at <= run_parameters.as_of
)

select * from final
