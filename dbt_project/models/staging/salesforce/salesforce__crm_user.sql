with users as (
    {{ newest_rows('salesforce', 'users') }}
),

final as (
    select
        id as user_id,
        name,
        is_active,
        team,
        process
    from users
)

select * from final
