-- One row per contract that existed at as_of. It is accepted when customer success says so, else when it was created. Of a churn that is still to come
-- it is known only that service lasts until then, past an agreed end too.
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

final as (
    select
        {{ string_hash(['contracts.source_system', 'contracts.contract_id']) }} as contract_id,
        contracts.source_system,
        contracts.contract_id as source_contract_id,
        accounts.account_key,
        opportunities.opportunity_id,
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
    left join {{ ref('account_records') }} as accounts
        on contracts.source_system = accounts.source_system
        and accounts.record_type = 'cs_contract'
        and contracts.contract_id = accounts.record_id
    left join {{ ref('fx_rates') }} as rates
        on lower(contracts.currency) = lower(rates.currency)
        and {{ in_force('rates', 'coalesce(contracts.start_on, as_of.as_of_on)') }}
    where contracts.best_accepted_at is null or contracts.best_accepted_at <= as_of.as_of
)

select * from final
