-- The people that had been seen at as_of. Whom a lead or an opportunity names was known, whatever its records say of when they were made.
with people as (
    select person_key, first_seen_at from {{ ref('con_people') }}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

named as (
    select person_key from {{ ref('lead_cycles') }}
    union
    select person_key from {{ ref('con_opportunities') }}
),

final as (
    select people.person_key
    from people
    cross join run_parameters
    left join named on people.person_key = named.person_key
    where named.person_key is not null or coalesce(people.first_seen_at <= run_parameters.as_of, true)
)

select * from final
