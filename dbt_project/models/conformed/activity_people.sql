-- Responses and human sales activities with their person: their record's; of one that names only an opportunity, the opportunity's.
-- Two conditions of one column each, which the engine checks before it reads the rest of the row: most activities are neither.
{{ config(materialized='view') }}

with activities as (
    select * from {{ ref('activities') }} where is_response
    union all
    select * from {{ ref('activities') }} where is_human and not is_response
),

persons as (
    select source_system, record_type, record_id, person_key from {{ ref('person_records') }}
),

primary_people as (
    select source_system, crm_opportunity_id, person_key from {{ ref('opportunity_people') }} where link_no = 1
),

final as (
    select activities.*, persons.person_key
    from activities
    inner join persons
        on activities.source_system = persons.source_system
        and activities.record_type = persons.record_type
        and activities.record_id = persons.record_id
    union all
    select activities.*, primary_people.person_key
    from activities
    inner join primary_people
        on activities.source_system = primary_people.source_system
        and activities.crm_opportunity_id = primary_people.crm_opportunity_id
    where activities.record_id is null
)

select * from final
