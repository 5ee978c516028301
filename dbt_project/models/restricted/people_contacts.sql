{# Who a person is and how to reach them. Published apart from the marts, to those who may see it. #}
with people as (
    select * from {{ ref('con_people') }}
),

final as (
    select
        person_key,
        full_name,
        last_name,
        first_name,
        email,
        phone,
        company_name
    from people
)

select * from final
