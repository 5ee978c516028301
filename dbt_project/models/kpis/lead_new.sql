{# New leads: people, each on the day it was first seen. #}
with people as (
    select person_key, first_seen_at, first_seen_on from {{ ref('con_people') }}
),

countable as (
    select person_key from {{ ref('countable_people') }} where is_countable
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

final as (
    select
        'person' as subject_type,
        people.person_key as subject_id,
        'shared' as view,
        '' as member,
        people.first_seen_on as counted_on,
        cast(1 as decimal(18, 2)) as numerator
    from people
    join countable on people.person_key = countable.person_key
    join run_parameters on people.first_seen_at <= run_parameters.as_of
)

select * from final
