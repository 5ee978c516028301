-- One row per contract that existed at as_of. It is accepted when customer success says so, else when it was created. Of a churn that is still to come
-- it is known only that service lasts until then, past an agreed end too. Where customer success names the opportunity of no contract at all, a
-- contract came from what its account had bought last.
with as_of as (
    select as_of, as_of_on from {{ ref('run_parameters') }}
),

contracts as (
    select
        *,
        coalesce(accepted_at, created_at, {{ business_day_start('start_on') }}) as best_accepted_at,
        coalesce(deleted_at, accepted_at, created_at) as best_deleted_at
    from {{ ref('cs_contract') }}
),

opportunities as (
    select opportunity_id, crm_opportunity_id
    from {{ ref('opportunity_facts') }}
    -- the source does not say which CRM: the same id in two of them is told apart by their names' order
    qualify row_number() over (partition by crm_opportunity_id order by source_system nulls last) = 1
),

accounts as (
    select source_system, record_type, record_id, account_key from {{ ref('account_records') }}
),

-- what was won by the acceptance, the time that a handover may take allowed for
bought as (
    select contracts.source_system, contracts.contract_id, contracts.best_accepted_at as accepted_at, facts.opportunity_id
    from contracts
    inner join accounts as owners
        on contracts.source_system = owners.source_system
        and owners.record_type = 'cs_contract'
        and contracts.contract_id = owners.record_id
    inner join accounts as buyers on buyers.record_type = 'crm_account' and owners.account_key = buyers.account_key
    inner join {{ ref('opportunity_facts') }} as facts
        on buyers.source_system = facts.source_system and buyers.record_id = facts.crm_account_id
    inner join {{ ref('relay_tolerances') }} as tolerances
        on tolerances.boundary = 'B3' and {{ in_force('tolerances', business_date('facts.closed_at')) }}
    where facts.stage_code = 'won' and facts.removed_as is null
        and facts.closed_at <= {{ add_seconds('contracts.best_accepted_at', 'tolerances.hours * 3600') }}
        and not {{ contracts_name_opportunities() }}
    qualify row_number() over (
        partition by contracts.source_system, contracts.contract_id order by facts.closed_at desc nulls last, facts.opportunity_id nulls last
    ) = 1
),

-- a further contract of what was bought once is its renewal
first_bought as (
    select source_system, contract_id, opportunity_id
    from bought
    qualify row_number() over (
        partition by opportunity_id order by accepted_at nulls last, source_system nulls last, contract_id nulls last
    ) = 1
),

final as (
    select
        {{ string_hash(['contracts.source_system', 'contracts.contract_id']) }} as contract_id,
        contracts.source_system,
        contracts.contract_id as source_contract_id,
        accounts.account_key,
        coalesce(opportunities.opportunity_id, first_bought.opportunity_id) as opportunity_id,
        contracts.origin,
        contracts.best_accepted_at as accepted_at,
        {{ business_date('contracts.best_accepted_at') }} as accepted_on,
        contracts.start_on,
        case
            when contracts.churned_on > as_of.as_of_on and contracts.end_on < contracts.churned_on then {{ add_days('contracts.churned_on', '-1') }}
            else contracts.end_on
        end as end_on,
        case when contracts.churned_on <= as_of.as_of_on then contracts.churned_on end as churned_on,
        case when contracts.live_at <= as_of.as_of then contracts.live_at end as live_at,
        cast(contracts.mrr * {{ base_rate('contracts.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as mrr_base,
        contracts.status,
        coalesce(contracts.is_deleted, false) and (contracts.best_deleted_at is null or contracts.best_deleted_at <= as_of.as_of) as is_deleted,
        case
            when coalesce(contracts.is_deleted, false) and contracts.best_deleted_at <= as_of.as_of then contracts.best_deleted_at
        end as deleted_at
    from contracts
    cross join as_of
    left join opportunities on contracts.crm_opportunity_id = opportunities.crm_opportunity_id
    left join first_bought
        on contracts.source_system = first_bought.source_system and contracts.contract_id = first_bought.contract_id
    left join accounts
        on contracts.source_system = accounts.source_system
        and accounts.record_type = 'cs_contract'
        and contracts.contract_id = accounts.record_id
    left join {{ ref('fx_rates') }} as rates
        on lower(contracts.currency) = lower(rates.currency)
        and {{ in_force('rates', 'coalesce(contracts.start_on, as_of.as_of_on)') }}
    where contracts.best_accepted_at is null or contracts.best_accepted_at <= as_of.as_of
)

select * from final
