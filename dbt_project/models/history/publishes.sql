{# Every version published so far in the order of publishing, and last the one that this run would publish. What was known before it is that of the
   version that knew most: one that looks back, as of a day before, is no step from it. #}
with recorded as (
    select version, as_of, as_of_on from {{ ref('recorded_publish_times') }}
),

present as (
    select as_of, as_of_on from {{ ref('new_publish_times') }}
),

together as (
    select version, as_of, as_of_on, false as is_present from recorded
    union all
    select cast(null as {{ dbt.type_string() }}), as_of, as_of_on, true from present
),

ordered as (
    select
        row_number() over (order by version nulls last) as publish_no,
        version,
        as_of,
        as_of_on,
        max(as_of) over (order by version nulls last rows between unbounded preceding and 1 preceding) as previous_as_of,
        max(as_of_on) over (order by version nulls last rows between unbounded preceding and 1 preceding) as previous_as_of_on,
        is_present
    from together
),

final as (
    select *, coalesce(as_of < previous_as_of, false) as is_back from ordered
)

select * from final
