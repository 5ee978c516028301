-- Contracts in service of accounts that never bought anything by the CRM, and that no other origin explains.
with accounts_with_wins as (
    select account_key
    from {{ ref('con_opportunities') }}
    where is_countable and is_won and account_key is not null
    group by account_key
),

contracts_with_wins as (
    select links.contract_id
    from {{ ref('relay_b3_links') }} as links
    inner join {{ ref('con_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    where opportunities.is_countable and opportunities.is_won
    group by links.contract_id
),

final as (
    select
        'contract' as subject_type,
        contracts.contract_id as subject_id,
        null as ma_record_id,
        contracts.source_contract_id as crm_record_id,
        null as ma_value,
        concat_ws(', ', contracts.status, 'no won opportunity') as crm_value,
        '' as detail,
        null as amount_at_stake,
        contracts.accepted_at as occurred_at
    from {{ ref('con_contracts') }} as contracts
    cross join {{ ref('run_parameters') }} as run_parameters
    left join accounts_with_wins on contracts.account_key = accounts_with_wins.account_key
    left join contracts_with_wins on contracts.contract_id = contracts_with_wins.contract_id
    left join {{ ref('origins') }} as origins
        on origins.object = 'contract_origin' and lower(contracts.origin) = origins.source_value
    where not contracts.is_deleted
        and contracts.start_on <= run_parameters.as_of_on
        and coalesce({{ service_over_on('contracts') }} > run_parameters.as_of_on, true)
        and origins.origin is null
        and accounts_with_wins.account_key is null and contracts_with_wins.contract_id is null
        and contracts.accepted_at <= {{ cross_system_cutoff('crm', 'cs') }}
)

select * from final
