{{ config(alias='subjects') }}
{# What this run adds to the ledger when it is published: the subjects that are new (1), gone (-1) or another person's now (both). #}
with together as (
    select subject_type, subject_id, person_key, cast(1 as bigint) as row_cnt from {{ ref('subject_people') }}
    union all
    select subject_type, subject_id, person_key, -row_cnt from {{ ref('recorded_subjects') }}
),

final as (
    select subject_type, subject_id, person_key, cast(sum(row_cnt) as bigint) as row_cnt
    from together
    where {{ goes_on() }}
    group by subject_type, subject_id, person_key
    having sum(row_cnt) <> 0
)

select * from final
