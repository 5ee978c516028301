-- People whom the MA and the CRM match to different companies.
with records as (
    select records.source_system, records.record_id, records.person_key, persons.crm_account_id, persons.crm_contact_id, persons.updated_at
    from {{ ref('live_person_records') }} as records
    inner join {{ ref('ma_person') }} as persons
        on records.record_type = 'ma_person'
        and records.source_system = persons.source_system
        and records.record_id = persons.ma_id
    where records.is_countable and persons.crm_account_id <> '' and persons.crm_contact_id <> ''
),

contacts as (
    select live.source_system, live.person_key, live.record_id, contacts.crm_account_id, contacts.updated_at
    from {{ ref('live_person_records') }} as live
    inner join {{ ref('crm_contact') }} as contacts
        on live.record_type = 'crm_contact'
        and live.source_system = contacts.source_system
        and live.record_id = contacts.crm_contact_id
    where contacts.crm_account_id <> ''
),

accounts as (
    select source_system, record_id, account_key from {{ ref('account_records') }} where record_type = 'crm_account'
),

final as (
    select
        'person' as subject_type,
        records.person_key as subject_id,
        records.record_id as ma_record_id,
        contacts.record_id as crm_record_id,
        records.crm_account_id as ma_value,
        contacts.crm_account_id as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        greatest(records.updated_at, contacts.updated_at) as occurred_at,
        greatest(records.updated_at, contacts.updated_at) as changed_at
    from records
    inner join contacts
        on records.crm_contact_id = contacts.record_id and records.person_key = contacts.person_key
    -- accounts of the contact's CRM: another may number alike
    inner join accounts as ma_accounts on contacts.source_system = ma_accounts.source_system and records.crm_account_id = ma_accounts.record_id
    inner join accounts as crm_accounts
        on contacts.source_system = crm_accounts.source_system and contacts.crm_account_id = crm_accounts.record_id
    where ma_accounts.account_key <> crm_accounts.account_key
)

select * from final
