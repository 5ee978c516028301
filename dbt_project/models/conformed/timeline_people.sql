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
    from {{ ref('activity_people') }} as activities
    cross join as_of
    where activities.occurred_at <= as_of.as_of
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

final as (
    select * from appearances
    union all
    select
        person_key, case when is_response then 'response' else 'activity' end as kind, occurred_at, source_system,
        coalesce(record_type, 'crm_opportunity') as source_record_type, coalesce(record_id, crm_opportunity_id) as source_record_id, activity_origin || '|' || activity_id as source_event_id,
        campaign_id, is_response as is_opener, is_human and direction = 'outbound' as is_attempt, is_human and is_two_way as is_two_way
    from activities
)

select * from final
