-- Pairs of records that a person decided to keep apart or to join, as node ids.
with overrides as (
    select * from {{ ref('identity_overrides') }}
),

final as (
    select
        action,
        left_system || '|' || left_type || '|' || left_id as left_node_id,
        right_system || '|' || right_type || '|' || right_id as right_node_id,
        case when left_type = 'crm_account' then 'account' else 'person' end as entity
    from overrides
    where action in ('join', 'split')
)

select * from final
