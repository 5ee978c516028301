{# Why records are one person or one account: one row per edge of the identity graph, evidence masked. #}
with edges as (
    select * from {{ ref('con_identity_edges') }}
),

final as (
    select
        edge_id,
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
