-- Contracts whose yearly revenue at the start is not what the opportunity they came from was won for, both at the rates of the day on which it was
-- won: the same money in a foreign currency is no other amount because the contract starts under another rate.
with links as (
    select contract_id, min(opportunity_id) as opportunity_id
    from {{ ref('relay_b3_links') }}
    group by contract_id
    having count(*) = 1
),

priced as (
    select
        contracts.source_contract_id,
        contracts.accepted_at,
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id,
        opportunities.amount_base,
        cast(12 * sources.mrr * {{ base_rate('sources.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as yearly_base
    from {{ ref('con_contracts') }} as contracts
    inner join links
        on contracts.contract_id = links.contract_id and contracts.opportunity_id = links.opportunity_id
    inner join {{ ref('con_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    inner join {{ ref('cs_contract') }} as sources
        on contracts.source_system = sources.source_system and contracts.source_contract_id = sources.contract_id
    left join {{ ref('fx_rates') }} as rates
        on lower(sources.currency) = lower(rates.currency) and {{ in_force('rates', 'opportunities.won_on') }}
    where not contracts.is_deleted
        -- of a contract that names no opportunity it is only taken which one it came from
        and sources.crm_opportunity_id is not null
        and opportunities.is_countable and opportunities.is_won
        and coalesce(lower(records.amount_basis), '') <> 'tcv'
        and contracts.accepted_at <= {{ cross_system_cutoff('crm', 'cs') }}
),

pairs as (
    select
        *,
        abs(amount_base - yearly_base) as difference,
        greatest(amount_base, yearly_base) as greater,
        least(amount_base, yearly_base) as smaller
    from priced
),

units as (
    {{ unit_bounds() }}
),

final as (
    select
        'opportunity' as subject_type,
        pairs.opportunity_id as subject_id,
        null as ma_record_id,
        pairs.crm_opportunity_id as crm_record_id,
        null as ma_value,
        'won ' || cast(pairs.amount_base as {{ dbt.type_string() }}) || ', contract ' || cast(pairs.yearly_base as {{ dbt.type_string() }})
            || coalesce(' [' || units.unit || ']', '') as crm_value,
        pairs.source_contract_id as detail,
        pairs.difference as amount_at_stake,
        pairs.accepted_at as occurred_at
    from pairs
    left join units on {{ differ_by_unit('pairs.greater', 'pairs.smaller', 'units') }}
    where pairs.difference > {{ mismatch_tolerance('g03_amount') }}
        and pairs.difference * 100 > {{ mismatch_tolerance('g03_percent') }} * pairs.greater
)

select * from final
