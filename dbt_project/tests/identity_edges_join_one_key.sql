-- No active edge may join two keys: the rounds of label propagation would have ended too early.
with edges as (
    select * from {{ ref('con_identity_edges') }}
    where is_active
),

keys as (
    select 'person' as entity, node_id, person_key as entity_key from {{ ref('person_records') }}
    union
    select 'account' as entity, node_id, account_key as entity_key from {{ ref('account_records') }}
)

select edges.*, lefts.entity_key as left_entity_key, rights.entity_key as right_entity_key
from edges
left join keys as lefts on edges.entity = lefts.entity and edges.left_node_id = lefts.node_id
left join keys as rights on edges.entity = rights.entity and edges.right_node_id = rights.node_id
where lefts.entity_key is distinct from rights.entity_key or lefts.entity_key is null
