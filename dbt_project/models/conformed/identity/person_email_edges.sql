-- Records with one e-mail address form a star around the least of them: linear where all pairs would be quadratic.
-- A shared mailbox joins only records that also carry one full name.
with nodes as (
    select * from {{ ref('person_nodes') }}
    where email_normalised is not null
),

shared_mailboxes as (
    select local_part from {{ ref('shared_mailboxes') }}
),

splits as (
    select * from {{ ref('identity_decisions') }}
    where action = 'split' and entity = 'person'
),

keyed as (
    select
        nodes.node_id,
        nodes.email_normalised,
        shared_mailboxes.local_part is not null as is_shared,
        {{ address_key('shared_mailboxes.local_part is not null', 'nodes.email_normalised', 'nodes.full_name_normalised') }} as email_key
    from nodes
    left join shared_mailboxes on split_part(nodes.email_normalised, '@', 1) = shared_mailboxes.local_part
),

-- a split takes its right record out of the star it shares with its left one
expelled as (
    select rights.node_id, min(lefts.node_id) as left_node_id
    from splits
    inner join keyed as lefts on splits.left_node_id = lefts.node_id
    inner join keyed as rights on splits.right_node_id = rights.node_id and lefts.email_key = rights.email_key
    group by rights.node_id
),

members as (
    select keyed.*, expelled.left_node_id
    from keyed
    left join expelled on keyed.node_id = expelled.node_id
    where keyed.email_key is not null
),

centres as (
    select email_key, min(node_id) as centre_node_id
    from members
    where left_node_id is null
    group by email_key
    having count(*) > 1
),

final as (
    select
        coalesce(members.left_node_id, centres.centre_node_id) as left_node_id,
        members.node_id as right_node_id,
        members.left_node_id is null as is_active,
        {{ masked_email('members.email_normalised') }}
        || case when members.is_shared then ' and the same name' else '' end as evidence,
        cast(case when members.is_shared then 0.95 else 0.99 end as decimal(5, 4)) as confidence
    from members
    left join centres on members.email_key = centres.email_key
    where coalesce(members.left_node_id, centres.centre_node_id) <> members.node_id
)

select * from final
