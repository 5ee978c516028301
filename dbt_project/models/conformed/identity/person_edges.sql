-- Every reason to take two records for one person; the ones that a split overrules stay, inactive.
with id_edges as (
    select * from {{ ref('person_id_edges') }}
),

email_edges as (
    select * from {{ ref('person_email_edges') }}
),

decisions as (
    select * from {{ ref('identity_decisions') }}
    where entity = 'person'
),

nodes as (
    select node_id, node_key from {{ ref('person_nodes') }}
),

candidates as (
    select
        rule, least(from_node_id, to_node_id) as left_node_id, greatest(from_node_id, to_node_id) as right_node_id,
        evidence, cast(1 as decimal(5, 4)) as confidence, true as is_active
    from id_edges
    union all
    select
        'email', least(left_node_id, right_node_id), greatest(left_node_id, right_node_id), evidence, confidence, is_active
    from email_edges
    union all
    select
        'override_join', least(left_node_id, right_node_id), greatest(left_node_id, right_node_id), 'identity_overrides',
        cast(1 as decimal(5, 4)), true
    from decisions
    where action = 'join'
),

edges as (
    select
        rule, left_node_id, right_node_id,
        min(evidence) as evidence, max(confidence) as confidence, bool_and(is_active) as is_active
    from candidates
    where left_node_id <> right_node_id
    group by rule, left_node_id, right_node_id
),

split_pairs as (
    select
        least(left_node_id, right_node_id) as left_node_id,
        greatest(left_node_id, right_node_id) as right_node_id
    from decisions
    where action = 'split'
    group by 1, 2
),

final as (
    select
        edges.rule,
        edges.left_node_id,
        edges.right_node_id,
        left_nodes.node_key as left_key,
        right_nodes.node_key as right_key,
        edges.evidence,
        edges.confidence,
        edges.is_active and split_pairs.left_node_id is null as is_active
    from edges
    inner join nodes as left_nodes on edges.left_node_id = left_nodes.node_id
    inner join nodes as right_nodes on edges.right_node_id = right_nodes.node_id
    left join split_pairs
        on edges.left_node_id = split_pairs.left_node_id
        and edges.right_node_id = split_pairs.right_node_id
)

select * from final
