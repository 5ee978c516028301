{{ config(materialized='view') }}
-- Every edge between two records of a person or two nodes of the account graph, for reviewers: which rule, on what
-- evidence, how sure, and whether a decision overruled it. A node is one record, or the mentions of one company.
with edges as (
    select 'person' as entity, rule, left_node_id, right_node_id, evidence, confidence, is_active
    from {{ ref('person_edges') }}
    union all
    select 'account' as entity, rule, left_node_id, right_node_id, evidence, confidence, is_active
    from {{ ref('account_edges') }}
),

final as (
    select
        {{ string_hash(['entity', 'rule', 'left_node_id', 'right_node_id']) }} as edge_id,
        entity,
        left_node_id,
        right_node_id,
        rule,
        evidence,
        confidence,
        is_active
    from edges
)

select * from final
