-- Company names that the registry knows exactly once, with their corporate number; a name with two numbers gives none.
with registry as (
    select name, {{ valid_corporate_number('corporate_number') }} as corporate_number
    from {{ ref('company_registry') }}
),

name_keys as (
    select * from {{ ref('company_name_keys') }}
),

final as (
    select
        name_keys.name_key,
        min(registry.corporate_number) as corporate_number
    from registry
    inner join name_keys on registry.name = name_keys.company_name
    where name_keys.name_key is not null
    group by name_keys.name_key
    having count(*) filter (where registry.corporate_number is null) = 0
        and min(registry.corporate_number) = max(registry.corporate_number)
)

select * from final
