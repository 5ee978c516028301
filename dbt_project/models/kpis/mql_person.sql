{# People with an MQL: a person counts once in each period in which one of its cycles became an MQL. #}
with leads as (
    select distinct person_key, mql_on
    from {{ ref('lead_facts') }}
    where is_countable and mql_on is not null and person_key is not null
),

final as (
    select
        'person' as subject_type,
        person_key as subject_id,
        'shared' as view,
        '' as member,
        mql_on as counted_on
    from leads
)

select * from final
