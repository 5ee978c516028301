{# B3, the giver's side: won opportunities. The unit is the first contract that came of the opportunity, the opportunity itself as long as
   there is none. #}
with opportunities as (
    select * from {{ ref('con_opportunities') }} where won_at is not null
),

links as (
    select * from {{ ref('relay_b3_links') }}
),

contracts as (
    select * from {{ ref('con_contracts') }} where accepted_at is not null
),

first_contracts as (
    select links.opportunity_id, links.contract_id
    from links
    join contracts on links.contract_id = contracts.contract_id
    qualify row_number() over (
        partition by links.opportunity_id
        order by contracts.accepted_at nulls last, contracts.source_system nulls last, contracts.source_contract_id nulls last
    ) = 1
),

units as (
    select
        opportunities.*,
        first_contracts.contract_id,
        coalesce(first_contracts.contract_id, opportunities.opportunity_id) as unit_id
    from opportunities
    left join first_contracts on opportunities.opportunity_id = first_contracts.opportunity_id
),

final as (
    select
        'B3' as boundary,
        unit_id,
        opportunity_id as out_key,
        lead_id,
        opportunity_id,
        contract_id,
        won_at as out_at,
        won_on as out_on,
        source_system as out_system,
        crm_opportunity_id as out_record_id,
        row_number() over (
            partition by unit_id order by won_at nulls last, source_system nulls last, crm_opportunity_id nulls last
        ) as out_rank
    from units
    where 'B3' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
