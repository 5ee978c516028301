{# Which won opportunities a contract came from: the one its own record names, and those of the link table. #}
with contracts as (
    select * from {{ ref('con_contracts') }}
),

links as (
    select * from {{ ref('cs_contract_opportunity') }}
),

opportunities as (
    select opportunity_id, crm_opportunity_id from {{ ref('con_opportunities') }}
),

final as (
    select contract_id, opportunity_id from contracts where opportunity_id is not null
    union
    select contracts.contract_id, opportunities.opportunity_id
    from links
    join contracts
        on links.source_system = contracts.source_system and links.contract_id = contracts.source_contract_id
    join opportunities on links.crm_opportunity_id = opportunities.crm_opportunity_id
)

select * from final
