{# The segments of accounts: what the account is, and how its first person came. #}
with accounts as (
    select * from {{ ref('con_accounts') }}
),

people as (
    select account_key, channel, campaign, persona from {{ ref('segments_people') }} where is_first_of_account
),

sizes as (
    select * from {{ ref('company_sizes') }}
),

final as (
    select
        accounts.account_key,
        people.channel,
        people.campaign,
        people.persona,
        accounts.industry,
        sizes.company_size,
        accounts.region
    from accounts
    left join people on accounts.account_key = people.account_key
    left join sizes on accounts.employees >= sizes.employees_from and (sizes.employees_to is null or accounts.employees <= sizes.employees_to)
)

select * from final
