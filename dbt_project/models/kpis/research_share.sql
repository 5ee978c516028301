{# People who only do research, of everybody, countable or not, on the day they were first seen. #}
with people as (
    select person_key, first_seen_on from {{ ref('con_people') }}
),

countable as (
    select person_key, exclusion_reason from {{ ref('countable_people') }}
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'person' as subject_type,
        people.person_key as subject_id,
        'shared' as view,
        '' as member,
        people.first_seen_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when("countable.exclusion_reason = 'research'") }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from people
    join countable on people.person_key = countable.person_key
    join run_parameters on people.first_seen_on <= run_parameters.as_of_on
)

select * from final
