with checks as (
    select * from {{ ref('cast_checks') }}
),

final as (
    select *
    from checks
    where reason is not null
)

select * from final
