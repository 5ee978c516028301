-- Changes of an MA person's lifecycle that map to a stage.
{{ config(materialized='view') }}

with history as (
    select * from {{ ref('ma_stage_history') }} where property = 'lifecycle_stage'
),

mapping as (
    select * from {{ ref('lead_stage_mapping') }} where object = 'person' and field = 'lifecycle_stage'
),

final as (
    select
        history.source_system,
        'ma_person' as source_record_type,
        history.ma_id as source_record_id,
        history.history_id as source_event_id,
        persons.person_key,
        mapping.stage,
        history.changed_at as occurred_at,
        history.new_value as source_value
    from history
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join mapping
        on history.source_system = mapping.source_system
        and lower(history.new_value) = mapping.source_value
        and {{ in_force('mapping', business_date('history.changed_at')) }}
    inner join {{ ref('person_records') }} as persons
        on history.source_system = persons.source_system
        and persons.record_type = 'ma_person'
        and history.ma_id = persons.record_id
    where history.changed_at <= run_parameters.as_of
)

select * from final
