-- A person's account: of the CRM contact created last, else of the company that the person's records mention, in the
-- order in which records are believed. People who name no company have no row.
with mentioned as (
    select
        records.person_key,
        min_by(accounts.account_key, records.record_rank) as account_key
    from {{ ref('person_attributes') }} as records
    inner join {{ ref('account_records') }} as accounts
        on records.source_system = accounts.source_system
        and records.record_type = accounts.record_type
        and records.record_id = accounts.record_id
    group by records.person_key
),

contacted as (
    select contacts.person_key, accounts.account_key
    from {{ ref('person_contact_accounts') }} as contacts
    inner join {{ ref('account_records') }} as accounts
        on accounts.record_type = 'crm_account'
        and contacts.account_node_id = accounts.node_id
),

final as (
    select
        coalesce(contacted.person_key, mentioned.person_key) as person_key,
        coalesce(contacted.account_key, mentioned.account_key) as account_key
    from contacted
    full outer join mentioned on contacted.person_key = mentioned.person_key
)

select * from final
