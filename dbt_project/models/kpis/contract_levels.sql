{# What each contract brings in a year, day by day while it is active: a row per level of its MRR. #}
with contracts as (
    select contract_id, account_key, start_on, {{ service_over_on('contracts') }} as until_on
    from {{ ref('con_contracts') }} as contracts
    where not is_deleted and account_key is not null and start_on is not null
),

mrr as (
    select * from {{ ref('contract_mrr') }}
),

levels as (
    select
        contracts.contract_id,
        contracts.account_key,
        greatest(contracts.start_on, mrr.from_on) as from_on,
        least(contracts.until_on, mrr.to_on) as to_on,
        cast(mrr.mrr_base * 12 as decimal(18, 2)) as arr
    from contracts
    join mrr on contracts.contract_id = mrr.contract_id
),

final as (
    select contract_id, account_key, from_on, to_on, arr
    from levels
    where to_on is null or from_on < to_on
)

select * from final
