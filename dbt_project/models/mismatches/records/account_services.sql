-- Accounts with contracts, and since when all of them are over: null while one is in service, or to come.
with ends as (
    select
        account_key,
        source_contract_id,
        {{ service_over_on('contracts') }} as over_on
    from {{ ref('con_contracts') }} as contracts
    where account_key is not null and not is_deleted
),

final as (
    select
        account_key,
        case when bool_and(over_on is not null) then max(over_on) end as all_over_on
    from ends
    group by account_key
)

select * from final
