-- The CRM account that a contract names. Where several CRMs know the id, the contract's own system is meant.
with contracts as (
    select * from {{ ref('cs_contract') }}
    where crm_account_id <> ''
),

accounts as (
    select * from {{ ref('crm_account') }}
),

candidates as (
    select
        contracts.source_system,
        contracts.contract_id,
        min(accounts.source_system || '|crm_account|' || accounts.crm_account_id)
            filter (where accounts.source_system = contracts.source_system) as own_node_id,
        min(accounts.source_system || '|crm_account|' || accounts.crm_account_id) as any_node_id,
        count(*) as candidate_cnt
    from contracts
    inner join accounts on contracts.crm_account_id = accounts.crm_account_id
    group by contracts.source_system, contracts.contract_id
),

final as (
    select source_system, contract_id, coalesce(own_node_id, any_node_id) as account_node_id
    from candidates
    where own_node_id is not null or candidate_cnt = 1
)

select * from final
