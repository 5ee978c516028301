-- The CRM account that a contract names, else that of the opportunity it names. Where several CRMs know the id, the contract's own system is meant.
with contracts as (
    select * from {{ ref('cs_contract') }}
),

accounts as (
    select * from {{ ref('crm_account') }}
),

named as (
    select source_system, contract_id, crm_account_id, cast(null as {{ dbt.type_string() }}) as account_system
    from contracts
    where crm_account_id <> ''
    union all
    select contracts.source_system, contracts.contract_id, opportunities.crm_account_id, opportunities.source_system
    from contracts
    inner join {{ ref('crm_opportunity') }} as opportunities on contracts.crm_opportunity_id = opportunities.crm_opportunity_id
    where coalesce(contracts.crm_account_id, '') = ''
),

candidates as (
    select
        named.source_system,
        named.contract_id,
        min(accounts.source_system || '|crm_account|' || accounts.crm_account_id)
            filter (where accounts.source_system = named.source_system) as own_node_id,
        min(accounts.source_system || '|crm_account|' || accounts.crm_account_id) as any_node_id,
        count(*) as candidate_cnt
    from named
    inner join accounts
        on named.crm_account_id = accounts.crm_account_id
        and coalesce(named.account_system, accounts.source_system) = accounts.source_system
    group by named.source_system, named.contract_id
),

final as (
    select source_system, contract_id, coalesce(own_node_id, any_node_id) as account_node_id
    from candidates
    where own_node_id is not null or candidate_cnt = 1
)

select * from final
