-- People who are taken for several because their addresses differ: one name at one company with one telephone number.
with records as (
    select * from {{ ref('live_person_records') }}
    where email_normalised is not null and full_name_normalised is not null and is_countable
),

-- what each record says of its company and telephone
said as (
    select source_system, 'ma_person' as record_type, ma_id as record_id, company_name, {{ norm_ja('phone') }} as phone
    from {{ ref('ma_person') }} where phone is not null
    union all
    select source_system, 'crm_lead', crm_lead_id, company_name, {{ norm_ja('phone') }}
    from {{ ref('crm_lead') }} where phone is not null
    union all
    select contacts.source_system, 'crm_contact', contacts.crm_contact_id, accounts.name, {{ norm_ja('contacts.phone') }}
    from {{ ref('crm_contact') }} as contacts
    inner join {{ ref('crm_account') }} as accounts
        on contacts.source_system = accounts.source_system and contacts.crm_account_id = accounts.crm_account_id
    where contacts.phone is not null
),

keyed as (
    select
        records.*,
        {{ mail_domain('records.email_normalised') }} as domain,
        name_keys.name_key,
        {{ normalised_phone('said.phone') }} as phone_key
    from records
    inner join said
        on records.source_system = said.source_system
        and records.record_type = said.record_type
        and records.record_id = said.record_id
    inner join {{ ref('company_name_keys') }} as name_keys on said.company_name = name_keys.company_name
),

shared as (
    select full_name_normalised, name_key, phone_key
    from keyed
    where name_key is not null and phone_key is not null
    group by full_name_normalised, name_key, phone_key
    having min(person_key) <> max(person_key)
),

-- one record stands for each person
representatives as (
    select keyed.*
    from keyed
    inner join shared
        on keyed.full_name_normalised = shared.full_name_normalised
        and keyed.name_key = shared.name_key
        and keyed.phone_key = shared.phone_key
    qualify row_number() over (
        partition by keyed.full_name_normalised, keyed.name_key, keyed.phone_key, keyed.person_key
        order by keyed.created_at nulls last, keyed.record_type desc nulls last, keyed.record_id nulls last
    ) = 1
),

ordered as (
    select
        *,
        row_number() over same as place,
        first_value(record_type || ' ' || record_id) over same as first_record,
        first_value(domain) over same as first_domain
    from representatives
    window same as (
        partition by full_name_normalised, name_key, phone_key
        order by created_at nulls last, record_type desc nulls last, record_id nulls last
    )
),

final as (
    select
        'person' as subject_type,
        ordered.person_key as subject_id,
        case when ordered.record_type = 'ma_person' then ordered.record_id end as ma_record_id,
        case when ordered.record_type <> 'ma_person' then ordered.record_id end as crm_record_id,
        ordered.record_type as crm_table,
        case when ordered.record_type = 'ma_person' then {{ masked_email('ordered.email_normalised') }} || ', as ' || ordered.first_record end as ma_value,
        case when ordered.record_type <> 'ma_person' then {{ masked_email('ordered.email_normalised') }} || ', as ' || ordered.first_record end as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        ordered.created_at as occurred_at
    from ordered
    left join {{ ref('free_mail_domains') }} as free_mail_domains on ordered.domain = free_mail_domains.domain
    where ordered.place > 1
        and (ordered.domain <> ordered.first_domain or free_mail_domains.domain is not null)
)

select * from final
