-- A contract's monthly recurring revenue over time: from its start, then from each change on. Of changes on one day the last id counts, of those
-- before the start the last; one without an amount changes none.
with contracts as (
    select * from {{ ref('con_contracts') }}
),

rated as (
    select
        contracts.contract_id,
        greatest(changes.effective_on, contracts.start_on) as from_on,
        cast(changes.mrr * {{ base_rate('sources.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as mrr_base
    from {{ ref('cs_contract_change') }} as changes
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join contracts
        on changes.source_system = contracts.source_system and changes.contract_id = contracts.source_contract_id
    inner join {{ ref('cs_contract') }} as sources
        on changes.source_system = sources.source_system and changes.contract_id = sources.contract_id
    left join {{ ref('fx_rates') }} as rates
        on lower(sources.currency) = lower(rates.currency)
        and {{ in_force('rates', 'coalesce(contracts.start_on, run_parameters.as_of_on)') }}
    where changes.effective_on <= run_parameters.as_of_on and changes.mrr is not null
    qualify row_number() over (
        partition by changes.source_system, changes.contract_id, greatest(changes.effective_on, contracts.start_on)
        order by changes.effective_on desc nulls last, changes.change_id desc nulls last
    ) = 1
),

levels as (
    select contract_id, from_on, mrr_base from rated
    union all
    select contracts.contract_id, contracts.start_on as from_on, contracts.mrr_base
    from contracts
    left join rated on contracts.contract_id = rated.contract_id and contracts.start_on = rated.from_on
    where contracts.start_on is not null and rated.contract_id is null
),

final as (
    select
        contract_id,
        from_on,
        lead(from_on) over (partition by contract_id order by from_on nulls last) as to_on,
        mrr_base
    from levels
)

select * from final
