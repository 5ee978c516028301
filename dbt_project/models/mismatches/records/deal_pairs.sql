-- Deals of other tools beside the opportunities they stand for, both priced at the rate of one day.
with opportunities as (
    select
        opportunities.*,
        coalesce(records.updated_at, opportunities.created_at) as changed_at,
        coalesce(opportunities.won_on, opportunities.created_on, run_parameters.as_of_on) as priced_on
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where opportunities.is_countable
    -- the deal does not say which CRM: the same id in two of them is told apart by their names' order
    qualify row_number() over (partition by opportunities.crm_opportunity_id order by opportunities.source_system nulls last) = 1
),

deals as (
    select *, coalesce(updated_at, created_at) as changed_at
    from {{ ref('ma_deal') }}
    where not coalesce(is_deleted, false)
),

final as (
    select
        deals.deal_id,
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id,
        deals.amount as deal_amount,
        deals.currency as deal_currency,
        cast(deals.amount * {{ base_rate('deals.currency', 'rates.rate_to_base') }} as decimal(18, 2)) as deal_amount_base,
        opportunities.amount,
        opportunities.currency,
        opportunities.amount_base,
        greatest(deals.changed_at, opportunities.changed_at) as changed_at
    from deals
    inner join opportunities on deals.crm_opportunity_id = opportunities.crm_opportunity_id
    left join {{ ref('fx_rates') }} as rates
        on lower(deals.currency) = lower(rates.currency)
        and {{ in_force('rates', 'opportunities.priced_on') }}
)

select * from final
