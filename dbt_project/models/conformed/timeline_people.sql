-- First appearances, responses and human sales activities on the persons' timelines. Bulk e-mail stays out.
{{ config(materialized='view') }}

with as_of as (
    select as_of from {{ ref('run_parameters') }}
),

persons as (
    select * from {{ ref('person_records') }}
),

activities as (
    select activities.*
    from {{ ref('activities') }} as activities
    cross join as_of
    where (activities.is_response or activities.is_human) and activities.occurred_at <= as_of.as_of
),

primary_people as (
    select source_system, crm_opportunity_id, person_key from {{ ref('opportunity_people') }} where link_no = 1
),

appearances as (
    select
        persons.person_key, 'first_appearance' as kind, persons.created_at as occurred_at, persons.source_system,
        persons.record_type as source_record_type, persons.record_id as source_record_id, persons.record_id as source_event_id,
        cast(null as {{ dbt.type_string() }}) as campaign_id, true as is_opener, false as is_attempt, false as is_two_way
    from persons
    cross join as_of
    where persons.created_at <= as_of.as_of
    qualify row_number() over (
        partition by persons.person_key
        order by persons.created_at nulls last, persons.source_system nulls last, persons.record_type nulls last, persons.record_id nulls last
    ) = 1
),

on_records as (
    select
        persons.person_key, activities.activity_id, activities.source_system, activities.activity_origin, activities.record_type,
        activities.record_id, activities.campaign_id, activities.is_response, activities.is_human, activities.direction,
        activities.is_two_way, activities.occurred_at
    from activities
    inner join persons
        on activities.source_system = persons.source_system
        and activities.record_type = persons.record_type
        and activities.record_id = persons.record_id
    union all
    -- an activity that names only an opportunity is with the opportunity's person
    select
        primary_people.person_key, activities.activity_id, activities.source_system, activities.activity_origin, 'crm_opportunity' as record_type,
        activities.crm_opportunity_id as record_id, activities.campaign_id, activities.is_response, activities.is_human, activities.direction,
        activities.is_two_way, activities.occurred_at
    from activities
    inner join primary_people
        on activities.source_system = primary_people.source_system
        and activities.crm_opportunity_id = primary_people.crm_opportunity_id
    where activities.record_id is null
),

final as (
    select * from appearances
    union all
    select
        person_key, case when is_response then 'response' else 'activity' end as kind, occurred_at, source_system,
        record_type as source_record_type, record_id as source_record_id, activity_origin || '|' || activity_id as source_event_id,
        campaign_id, is_response as is_opener, is_human and direction = 'outbound' as is_attempt, is_human and is_two_way as is_two_way
    from on_records
)

select * from final
