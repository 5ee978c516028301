-- Who counts. Edit seeds/exclusion_rules.csv to change whom the rules name; edit here to change what a rule looks at.
-- A rule is in force on the day the person was first seen. The first reason that applies is given.
with people as (
    select
        person_key,
        coalesce(first_seen_on, as_of_on) as ruled_on,
        lower(purpose) as purpose,
        is_deleted
    from {{ ref('con_people') }}
    cross join {{ ref('run_parameters') }}
),

records as (
    select
        person_key,
        split_part(email_normalised, '@', 1) as email_local_part,
        split_part(email_normalised, '@', 2) as email_domain,
        full_name_normalised
    from {{ ref('person_records') }}
    where email_normalised is not null or full_name_normalised is not null
),

rules as (
    select *, lower(pattern) as wanted from {{ ref('exclusion_rules') }}
),

by_record as (
    select records.person_key, rules.reason
    from records
    inner join people on records.person_key = people.person_key
    inner join rules
        on {{ in_force('rules', 'people.ruled_on') }}
        and (
            rules.match_on = 'email_local_part' and records.email_local_part = rules.wanted
            or rules.match_on = 'full_name' and records.full_name_normalised = rules.wanted
            or rules.match_on = 'email_domain' and records.email_domain = rules.wanted
            or rules.match_on = 'email_domain_suffix'
                and right('.' || records.email_domain, length(rules.wanted) + 1) = '.' || rules.wanted
        )
),

by_purpose as (
    select people.person_key, rules.reason
    from people
    inner join rules
        on rules.match_on = 'purpose'
        and {{ in_force('rules', 'people.ruled_on') }}
        and {{ contains('people.purpose', 'rules.wanted') }}
),

reasons as (
    select person_key, reason from by_record
    union
    select person_key, reason from by_purpose
    union
    select person_key, 'deleted' as reason from people where is_deleted
),

first_reasons as (
    select person_key, reason
    from reasons
    qualify row_number() over (
        partition by person_key
        order by
            case reason
                when 'test' then 1 when 'internal' then 2 when 'competitor' then 3 when 'vendor' then 4
                when 'research' then 5 when 'deleted' then 7 else 6
            end,
            reason nulls last
    ) = 1
),

final as (
    select
        people.person_key,
        first_reasons.reason is null as is_countable,
        first_reasons.reason as exclusion_reason
    from people
    left join first_reasons on people.person_key = first_reasons.person_key
)

select * from final
