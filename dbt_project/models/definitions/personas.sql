-- Which persona a person is: the first rule of seeds/persona_rules.csv, by priority, whose given conditions all hold.
with people as (
    select person_key, industry, employees, department, job_title from {{ ref('con_people') }}
),

rules as (
    select * from {{ ref('persona_rules') }}
),

matches as (
    select people.person_key, rules.persona, rules.is_target, rules.priority
    from people
    inner join rules
        on (rules.industry is null or people.industry = rules.industry)
        and (rules.employees_min is null or people.employees >= rules.employees_min)
        and (rules.employees_max is null or people.employees <= rules.employees_max)
        and (rules.department_contains is null or {{ contains('people.department', 'rules.department_contains') }})
        and (rules.title_contains is null or {{ contains('people.job_title', 'rules.title_contains') }})
    qualify row_number() over (partition by people.person_key order by rules.priority nulls last, rules.persona nulls last) = 1
),

final as (
    select
        people.person_key,
        coalesce(matches.persona, 'other') as persona,
        coalesce(matches.is_target, false) as is_target
    from people
    left join matches on people.person_key = matches.person_key
)

select * from final
