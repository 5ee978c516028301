-- What happened to an opportunity: its creation, each change of stage, the close its record alone tells of, its end as a record.
with opportunities as (
    select * from {{ ref('opportunity_facts') }}
),

changes as (
    select changes.*, opportunities.opportunity_id, opportunities.created_at
    from {{ ref('opportunity_changes') }} as changes
    inner join opportunities
        on changes.source_system = opportunities.source_system
        and changes.crm_opportunity_id = opportunities.crm_opportunity_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where changes.changed_at <= run_parameters.as_of
),

events as (
    select source_system, crm_opportunity_id, opportunity_id, crm_opportunity_id as source_event_id,
        'opportunity' as stage, created_at as occurred_at, cast(null as {{ dbt.type_string() }}) as source_value, true as is_creation
    from opportunities
    where created_at is not null
    union all
    select source_system, crm_opportunity_id, opportunity_id, history_id as source_event_id,
        case stage_code when 'open' then 'opportunity' when 'valid' then 'valid_opportunity' else stage_code end as stage,
        changed_at as occurred_at, stage as source_value, false as is_creation
    from changes
    -- the state saved at creation is the creation
    where not (change_no = 1 and stage_code = 'open' and created_at is not null)
    union all
    select source_system, crm_opportunity_id, opportunity_id, crm_opportunity_id as source_event_id,
        stage_code as stage, closed_at as occurred_at, stage as source_value, false as is_creation
    from opportunities
    where is_closed_by_record and closed_at is not null
    union all
    select source_system, crm_opportunity_id, opportunity_id, crm_opportunity_id as source_event_id,
        removed_as as stage, removed_at as occurred_at, cast(null as {{ dbt.type_string() }}) as source_value, false as is_creation
    from opportunities
    where removed_at is not null
),

final as (
    select
        source_system,
        'crm_opportunity' as source_record_type,
        crm_opportunity_id as source_record_id,
        source_event_id,
        opportunity_id,
        stage,
        occurred_at,
        source_value,
        is_creation
    from events
)

select * from final
