-- The map from record to account: a CRM account, a mention of a company by an MA person or CRM lead, a contract.
-- A record that names no company has no row.
{%- set rounds = [ref('account_round_1'), ref('account_round_2'), ref('account_round_3'), ref('account_round_4')] %}

with nodes as (
    select * from {{ ref('account_nodes') }}
),

keyed as (
    select
        nodes.node_id,
        nodes.source_system,
        nodes.record_type,
        nodes.record_id,
        {{ final_label('nodes.node_key', rounds) }} as account_key
    from nodes
    {{ follow_rounds('nodes.node_key', rounds) }}
),

contracts as (
    select
        keyed.node_id, contract_accounts.source_system, 'cs_contract' as record_type,
        contract_accounts.contract_id as record_id, keyed.account_key
    from {{ ref('contract_accounts') }} as contract_accounts
    inner join keyed
        on keyed.record_type = 'crm_account'
        and contract_accounts.account_node_id = keyed.node_id
),

final as (
    select * from keyed
    union all
    select * from contracts
)

select * from final
