{# Answered satisfaction surveys up to as_of, each with the account of its contract, else the one that it names itself. #}
with contracts as (
    select source_system, source_contract_id, account_key from {{ ref('con_contracts') }}
),

answers as (
    select survey.*, {{ business_date('survey.answered_at') }} as answered_on
    from {{ ref('cs_csat') }} as survey
    join {{ ref('run_parameters') }} as run_parameters on survey.answered_at <= run_parameters.as_of
),

-- the source does not say which CRM: an id that two of them have names neither
crm_accounts as (
    select record_id, min(account_key) as account_key
    from {{ ref('account_records') }}
    where record_type = 'crm_account'
    group by record_id
    having count(distinct account_key) = 1
),

final as (
    select
        {{ string_hash(['answers.source_system', 'answers.response_id']) }} as survey_id,
        coalesce(contracts.account_key, crm_accounts.account_key) as account_key,
        answers.answered_on,
        answers.score,
        answers.nps
    from answers
    left join contracts
        on answers.source_system = contracts.source_system and answers.contract_id = contracts.source_contract_id
    left join crm_accounts on answers.crm_account_id = crm_accounts.record_id
)

select * from final
