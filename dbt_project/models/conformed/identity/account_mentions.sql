-- One row per record that names a company: CRM accounts, and the mentions of MA persons, CRM leads and contracts, each
-- with its name key, its own mail or web domain (never a free mailer's) and its corporate number (its own, else the
-- registry's for the name). A merged-away account says nothing of itself: its winner speaks for it.
with accounts as (
    select *, coalesce(master_record_id, '') <> '' as is_merged_away from {{ ref('crm_account') }}
),

said as (
    select
        source_system, 'ma_person' as record_type, ma_id as record_id, company_name, corporate_number,
        cast(null as {{ dbt.type_string() }}) as website
    from {{ ref('ma_person') }}
    where company_name is not null or corporate_number is not null
    union all
    select source_system, 'crm_lead', crm_lead_id, company_name, corporate_number, website
    from {{ ref('crm_lead') }}
    where company_name is not null or corporate_number is not null
),

person_mentions as (
    select
        records.source_system, records.record_type, records.record_id, records.person_key, records.created_at,
        said.company_name,
        said.corporate_number as written_number,
        coalesce({{ mail_domain('records.email_normalised') }}, {{ web_domain('said.website') }}) as domain
    from {{ ref('person_records') }} as records
    inner join said
        on records.source_system = said.source_system
        and records.record_type = said.record_type
        and records.record_id = said.record_id
),

mentions as (
    select
        source_system, record_type, record_id, person_key, created_at, company_name, written_number, domain,
        false as is_merged_away
    from person_mentions
    union all
    select
        contracts.source_system, 'cs_contract', contracts.contract_id, null, contracts.created_at,
        contracts.customer_name, contracts.corporate_number, null, false
    from {{ ref('cs_contract') }} as contracts
    left join {{ ref('contract_accounts') }} as contract_accounts
        on contracts.source_system = contract_accounts.source_system
        and contracts.contract_id = contract_accounts.contract_id
    where contract_accounts.contract_id is null
    union all
    select
        source_system, 'crm_account', crm_account_id, null, created_at, name,
        case when not is_merged_away then corporate_number end,
        case when not is_merged_away then {{ web_domain('website') }} end,
        is_merged_away
    from accounts
    union all
    -- a winner that no system delivers
    select losers.source_system, 'crm_account', losers.master_record_id, null, null, null, null, null, true
    from accounts as losers
    left join accounts as winners
        on losers.source_system = winners.source_system
        and losers.master_record_id = winners.crm_account_id
    where losers.is_merged_away and winners.crm_account_id is null
    group by losers.source_system, losers.master_record_id
),

numbered as (
    select *, {{ valid_corporate_number('written_number') }} as own_number
    from mentions
),

final as (
    select
        numbered.source_system,
        numbered.record_type,
        numbered.record_id,
        numbered.source_system || '|' || numbered.record_type || '|' || numbered.record_id as record_node_id,
        numbered.person_key,
        numbered.created_at,
        numbered.company_name,
        name_keys.name_key,
        case when free_mail_domains.domain is null then numbered.domain end as domain,
        coalesce(
            numbered.own_number,
            case when not numbered.is_merged_away then registry_numbers.corporate_number end
        ) as corporate_number,
        numbered.is_merged_away
    from numbered
    left join {{ ref('company_name_keys') }} as name_keys on numbered.company_name = name_keys.company_name
    left join {{ ref('registry_numbers') }} as registry_numbers on name_keys.name_key = registry_numbers.name_key
    left join {{ ref('free_mail_domains') }} as free_mail_domains on numbered.domain = free_mail_domains.domain
)

select * from final
