-- Amounts that cannot be counted in one currency: none given where there are several, another one in the other tool, or one without a rate.
with opportunities as (
    select * from {{ ref('con_opportunities') }}
),

systems_with_currencies as (
    select source_system
    from opportunities
    group by source_system
    having count(distinct lower(currency)) >= 2
),

found as (
    select
        opportunities.opportunity_id,
        null as deal_id,
        opportunities.crm_opportunity_id,
        null as deal_currency,
        'no currency' as currency,
        'missing' as detail,
        opportunities.created_at as occurred_at,
        cast(null as timestamp) as changed_at
    from opportunities
    inner join systems_with_currencies on opportunities.source_system = systems_with_currencies.source_system
    where opportunities.is_countable and opportunities.amount is not null and opportunities.currency is null
    union all
    select opportunity_id, null, crm_opportunity_id, null, 'no rate for ' || currency, 'no_rate', coalesce(won_at, created_at), null
    from opportunities
    where is_countable and amount is not null and currency is not null and amount_base is null
    union all
    select opportunity_id, deal_id, crm_opportunity_id, deal_currency, currency, 'differs', changed_at, changed_at
    from {{ ref('deal_pairs') }}
    where lower(deal_currency) <> lower(currency)
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        deal_id as ma_record_id,
        crm_opportunity_id as crm_record_id,
        deal_currency as ma_value,
        currency as crm_value,
        detail,
        null as amount_at_stake,
        occurred_at,
        changed_at
    from found
)

select * from final
