-- Two valid corporate numbers never end in one account, unless a person joined them by hand.
with joined_by_hand as (
    select account_records.account_key
    from {{ ref('con_identity_edges') }} as edges
    inner join {{ ref('account_records') }} as account_records on edges.left_node_id = account_records.node_id
    where edges.entity = 'account' and edges.rule = 'override_join' and edges.is_active
    group by account_records.account_key
)

select
    account_records.account_key,
    min(nodes.corporate_number) as one_number,
    max(nodes.corporate_number) as other_number
from {{ ref('account_nodes') }} as nodes
inner join {{ ref('account_records') }} as account_records
    on nodes.source_system = account_records.source_system
    and nodes.record_type = account_records.record_type
    and nodes.record_id = account_records.record_id
left join joined_by_hand on account_records.account_key = joined_by_hand.account_key
where not nodes.is_merged_away and joined_by_hand.account_key is null
group by account_records.account_key
having min(nodes.corporate_number) <> max(nodes.corporate_number)
