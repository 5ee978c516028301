-- When each person first responded, whatever the system.
with responses as (
    select source_system, record_type, record_id, min(occurred_at) as first_response_at
    from {{ ref('activities') }}
    where is_response
        and occurred_at <= (select as_of from {{ ref('run_parameters') }})
    group by source_system, record_type, record_id
),

final as (
    select
        records.person_key,
        min(responses.first_response_at) as first_response_at
    from responses
    inner join {{ ref('person_records') }} as records
        on responses.source_system = records.source_system
        and responses.record_type = records.record_type
        and responses.record_id = records.record_id
    group by records.person_key
)

select * from final
