-- People of whom several were one when last published, or one is of several now: records were joined or parted.
with persons_then as (
    select person_key, present_key, is_merged from {{ ref('persons_before') }}
),

records_then as (
    select subject_id, max(person_key) as person_key
    from (
        select subject_id, person_key from {{ ref('recorded_subjects') }}
        where subject_type = 'record'
        group by subject_id, person_key
        having sum(row_cnt) > 0
    ) as known
    group by subject_id
),

followed as (
    select records_now.person_key, coalesce(persons_then.present_key, records_then.person_key) as followed_key
    from records_then
    join {{ ref('subject_people') }} as records_now on records_now.subject_type = 'record' and records_then.subject_id = records_now.subject_id
    left join persons_then on records_then.person_key = persons_then.person_key
),

final as (
    select present_key as person_key from persons_then where is_merged
    union
    select person_key from followed where person_key <> followed_key
    union
    select followed_key from followed where person_key <> followed_key
)

select * from final
