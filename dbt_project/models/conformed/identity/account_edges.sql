-- Every reason to take two nodes of the account graph for one company. No chain of them can join two corporate numbers:
-- a pair holds one at most, merged-away accounts carry none, and contacts only lead nodes that hang on nothing else.
with nodes as (
    select * from {{ ref('account_nodes') }}
),

groups as (
    select node_id, domain, name_key, corporate_number, is_in_pair
    from nodes
    where not is_merged_away
    group by node_id, domain, name_key, corporate_number, is_in_pair
),

number_stars as (
    select
        'corporate_number' as rule, min(node_id) over (partition by corporate_number) as left_node_id,
        node_id as right_node_id, corporate_number as evidence, cast(0.99 as decimal(5, 4)) as confidence
    from groups
    where corporate_number is not null
),

pair_stars as (
    select
        'domain_name' as rule, min(node_id) over (partition by domain, name_key) as left_node_id,
        node_id as right_node_id, domain || ' ' || name_key as evidence, cast(0.98 as decimal(5, 4)) as confidence
    from groups
    where is_in_pair
),

-- a node without number or CRM account follows the contacts of its people, if they carry its domain and agree
contact_links as (
    select
        'contact_account' as rule, min(contacts.account_node_id) as left_node_id,
        nodes.node_id as right_node_id, 'CRM contact of the same person' as evidence,
        cast(0.95 as decimal(5, 4)) as confidence
    from nodes
    inner join {{ ref('person_contact_accounts') }} as contacts on nodes.person_key = contacts.person_key
    where nodes.corporate_number is null
        and (not nodes.is_in_pair or (nodes.is_loose_pair and nodes.domain = contacts.contact_mail_domain))
    group by nodes.node_id
    having min(contacts.account_node_id) = max(contacts.account_node_id)
),

merges as (
    select
        'crm_merge' as rule, source_system || '|crm_account|' || master_record_id as left_node_id,
        source_system || '|crm_account|' || crm_account_id as right_node_id,
        'crm_account ' || master_record_id as evidence, cast(1 as decimal(5, 4)) as confidence
    from {{ ref('crm_account') }}
    where master_record_id <> ''
),

decisions as (
    select * from {{ ref('identity_decisions') }}
    where entity = 'account'
),

candidates as (
    select * from number_stars
    union all
    select * from pair_stars
    union all
    select * from contact_links
    union all
    select * from merges
    union all
    select 'override_join', left_node_id, right_node_id, 'identity_overrides', cast(1 as decimal(5, 4)) from decisions where action = 'join'
),

keys as (
    select node_id, node_key from nodes group by node_id, node_key
),

final as (
    select
        candidates.rule,
        least(candidates.left_node_id, candidates.right_node_id) as left_node_id,
        greatest(candidates.left_node_id, candidates.right_node_id) as right_node_id,
        least(left_keys.node_key, right_keys.node_key) as left_key,
        greatest(left_keys.node_key, right_keys.node_key) as right_key,
        min(candidates.evidence) as evidence,
        max(candidates.confidence) as confidence,
        count(splits.action) = 0 as is_active
    from candidates
    inner join keys as left_keys on candidates.left_node_id = left_keys.node_id
    inner join keys as right_keys on candidates.right_node_id = right_keys.node_id
    left join decisions as splits
        on splits.action = 'split'
        and least(candidates.left_node_id, candidates.right_node_id) = least(splits.left_node_id, splits.right_node_id)
        and greatest(candidates.left_node_id, candidates.right_node_id) = greatest(splits.left_node_id, splits.right_node_id)
    where candidates.left_node_id <> candidates.right_node_id
    group by 1, 2, 3, 4, 5
)

select * from final
