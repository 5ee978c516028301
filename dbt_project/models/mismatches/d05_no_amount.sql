-- Late or won opportunities without an amount above zero, of systems that have amounts at all.
with opportunities as (
    select * from {{ ref('con_opportunities') }}
),

systems_with_amounts as (
    select source_system from opportunities where amount is not null group by source_system
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        opportunities.stage || ', ' || coalesce(cast(opportunities.amount as {{ dbt.type_string() }}), 'no amount') as crm_value,
        '' as detail,
        case when opportunities.stage_code = 'won' then 'S1' else 'S2' end as severity,
        null as amount_at_stake,
        coalesce(least(opportunities.fs_accepted_at, opportunities.won_at), opportunities.created_at) as occurred_at
    from opportunities
    inner join systems_with_amounts on opportunities.source_system = systems_with_amounts.source_system
    where opportunities.is_countable
        and opportunities.stage_code in ('valid', 'won')
        and coalesce(opportunities.amount, 0) <= 0
)

select * from final
