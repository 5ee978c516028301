{# Accounts that were recorded under another key than they have now, under either key: a record was joined with them, or they with another account. #}
with recorded as (
    select subject_id as account_key
    from {{ ref('recorded_subjects') }}
    where subject_type = 'account'
    group by subject_id
    having sum(row_cnt) > 0
),

-- an account's key is that of one of its nodes
rekeyed as (
    select distinct recorded.account_key, records.account_key as present_key
    from recorded
    join {{ ref('account_nodes') }} as nodes on recorded.account_key = nodes.node_key
    join {{ ref('account_records') }} as records on nodes.node_id = records.node_id
    where records.account_key <> recorded.account_key
),

final as (
    select account_key from rekeyed
    union
    select present_key from rekeyed
)

select * from final
