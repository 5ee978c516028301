-- One row per record that names a company, with the node of the account graph it hangs on. A CRM account is a node of
-- its own. Mentions of one name, domain and number share a node, for they would join anyway; a mention that no rule can
-- join (no number, and no domain or a disputed one) shares it only with the same person's mentions of that name.
with mentions as (
    select * from {{ ref('account_mentions') }}
    where name_key is not null or corporate_number is not null or record_type = 'crm_account'
),

pairs as (
    select * from {{ ref('company_pairs') }}
),

placed as (
    select
        mentions.*,
        pairs.domain is not null and pairs.is_one_company as is_in_pair,
        pairs.domain is not null and pairs.is_one_company and pairs.crm_account_cnt = 0 and pairs.numbered_cnt = 0 as is_loose_pair
    from mentions
    left join pairs on mentions.domain = pairs.domain and mentions.name_key = pairs.name_key
),

noded as (
    select
        *,
        case
            when record_type = 'crm_account' then record_node_id
            when corporate_number is not null or is_in_pair
                then 'mention|' || {{ string_hash(['corporate_number', 'domain', 'name_key']) }}
            when person_key is not null
                then 'mention|' || {{ string_hash(['person_key', 'domain', 'name_key']) }}
            else record_node_id
        end as node_id
    from placed
),

final as (
    select
        node_id,
        {{ string_hash(['node_id']) }} as node_key,
        source_system,
        record_type,
        record_id,
        person_key,
        created_at,
        company_name,
        name_key,
        domain,
        corporate_number,
        is_merged_away,
        is_in_pair,
        is_loose_pair
    from noded
)

select * from final
