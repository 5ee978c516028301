{# One row per account. #}
with accounts as (
    select * from {{ ref('con_accounts') }}
),

leads as (
    select account_key, count(*) as lead_cnt from {{ ref('lead_facts') }} where is_countable group by account_key
),

opportunities as (
    select
        account_key,
        count(*) as opportunity_cnt,
        count(case when is_won then 1 end) as won_opportunity_cnt,
        sum(case when is_won then amount_base end) as won_amount
    from {{ ref('con_opportunities') }}
    where is_countable
    group by account_key
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

contracts as (
    select
        contracts.account_key,
        count(*) as active_contract_cnt
    from {{ ref('con_contracts') }} as contracts
    join run_parameters
        on contracts.start_on <= run_parameters.as_of_on
            and coalesce({{ service_over_on('contracts') }} > run_parameters.as_of_on, true)
    where not contracts.is_deleted
    group by contracts.account_key
),

final as (
    select
        accounts.account_key,
        accounts.name,
        accounts.corporate_number,
        accounts.domain,
        accounts.industry,
        accounts.employees,
        accounts.region,
        accounts.is_registered,
        accounts.first_seen_at,
        accounts.crm_account_cnt,
        accounts.record_cnt,
        cast(coalesce(leads.lead_cnt, 0) as bigint) as lead_cnt,
        cast(coalesce(opportunities.opportunity_cnt, 0) as bigint) as opportunity_cnt,
        cast(coalesce(opportunities.won_opportunity_cnt, 0) as bigint) as won_opportunity_cnt,
        cast(coalesce(opportunities.won_amount, 0) as decimal(28, 2)) as won_amount,
        cast(coalesce(contracts.active_contract_cnt, 0) as bigint) as active_contract_cnt
    from accounts
    left join leads on accounts.account_key = leads.account_key
    left join opportunities on accounts.account_key = opportunities.account_key
    left join contracts on accounts.account_key = contracts.account_key
)

select * from final
