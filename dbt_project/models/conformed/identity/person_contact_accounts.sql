-- The CRM account a person's contacts belong to: of the contact created last. A contact without account says nothing.
with contacts as (
    select * from {{ ref('crm_contact') }}
    where crm_account_id <> ''
),

records as (
    select * from {{ ref('person_records') }}
    where record_type = 'crm_contact'
),

accounts as (
    select * from {{ ref('crm_account') }}
),

final as (
    select
        records.person_key,
        contacts.source_system || '|crm_account|' || contacts.crm_account_id as account_node_id,
        {{ mail_domain('records.email_normalised') }} as contact_mail_domain
    from records
    inner join contacts
        on records.source_system = contacts.source_system
        and records.record_id = contacts.crm_contact_id
    inner join accounts
        on contacts.source_system = accounts.source_system
        and contacts.crm_account_id = accounts.crm_account_id
    qualify row_number() over (
        partition by records.person_key
        order by records.is_deleted nulls last, contacts.created_at desc nulls last, records.node_id nulls last
    ) = 1
)

select * from final
