{# The segments of people, and of accounts by the person of theirs who was seen first. #}
with people as (
    select * from {{ ref('con_people') }}
),

personas as (
    select person_key, persona from {{ ref('personas') }}
),

sizes as (
    select * from {{ ref('company_sizes') }}
),

first_cycles as (
    select person_key, campaign
    from {{ ref('lead_facts') }}
    where person_key is not null
    qualify row_number() over (partition by person_key order by cycle_no) = 1
),

final as (
    select
        people.person_key,
        case
            when people.account_key is not null
                then row_number() over (partition by people.account_key order by people.first_seen_at nulls last, people.person_key nulls last) = 1
            else false
        end as is_first_of_account,
        people.account_key,
        people.channel,
        first_cycles.campaign,
        personas.persona,
        people.industry,
        sizes.company_size,
        people.region
    from people
    left join first_cycles on people.person_key = first_cycles.person_key
    left join personas on people.person_key = personas.person_key
    left join sizes on people.employees >= sizes.employees_from and (sizes.employees_to is null or people.employees <= sizes.employees_to)
)

select * from final
