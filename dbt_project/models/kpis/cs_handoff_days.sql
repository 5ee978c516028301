{# Days from a won deal until customer success accepted its first contract, which may not tell yet when service starts; not accepted yet is censored.
   Only where both sides deliver records. #}
with opportunities as (
    select opportunity_id, won_on
    from {{ ref('con_opportunities') }}
    where is_countable and won_on is not null and 'B3' in (select boundary from {{ ref('relay_boundaries') }})
        -- what widens a contract that runs is taken over already
        and opportunity_id not in (select opportunity_id from {{ ref('relay_b3_links') }} where is_on_top)
),

acceptances as (
    select links.opportunity_id, min(contracts.accepted_on) as accepted_on
    from {{ ref('relay_b3_links') }} as links
    join {{ ref('con_contracts') }} as contracts on links.contract_id = contracts.contract_id
    where not contracts.is_deleted
    group by links.opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        opportunities.won_on as counted_on,
        cast({{ days_between('opportunities.won_on', 'acceptances.accepted_on') }} as bigint) as measure,
        acceptances.accepted_on is null as is_censored
    from opportunities
    left join acceptances on opportunities.opportunity_id = acceptances.opportunity_id
)

select * from final
