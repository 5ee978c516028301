{# Every version published so far in the order of publishing, and last the one that this run would publish. #}
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

final as (
    select
        row_number() over (order by version nulls last) as publish_no,
        version,
        as_of,
        as_of_on,
        lag(as_of) over (order by version nulls last) as previous_as_of,
        lag(as_of_on) over (order by version nulls last) as previous_as_of_on,
        is_present
    from together
)

select * from final
