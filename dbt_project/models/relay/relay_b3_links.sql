{# Which won opportunities a contract came from: the one its own record names, and those of the link table. Where customer success delivers
   no such table, what a customer buys on top widens the contract that runs at the win. #}
with contracts as (
    select * from {{ ref('con_contracts') }}
),

links as (
    select * from {{ ref('cs_contract_opportunity') }}
),

opportunities as (
    select * from {{ ref('con_opportunities') }}
),

widened as (
    select contracts.contract_id, opportunities.opportunity_id
    from opportunities
    left join contracts as own on opportunities.opportunity_id = own.opportunity_id
    join contracts on opportunities.account_key = contracts.account_key
    left join {{ ref('origins') }} as types
        on types.object = 'opportunity_type' and lower({{ trimmed('opportunities.opportunity_type') }}) = types.source_value
    where opportunities.is_won and own.contract_id is null and not contracts.is_deleted
        and contracts.accepted_on <= opportunities.won_on
        and coalesce(least(contracts.churned_on, {{ add_days('contracts.end_on', '1') }}) > opportunities.won_on, true)
        and not {{ delivers('cs_contract_opportunity') }}
        -- where no contract names any opportunity, nothing tells a new deal from one on top
        and (types.origin = 'existing' or not {{ contracts_name_opportunities() }})
    qualify row_number() over (
        partition by opportunities.opportunity_id order by contracts.accepted_at desc nulls last, contracts.contract_id nulls last
    ) = 1
),

final as (
    select contract_id, opportunity_id, false as is_on_top from contracts where opportunity_id is not null
    union
    select contract_id, opportunity_id, true from widened
    union
    select contracts.contract_id, opportunities.opportunity_id, false
    from links
    join contracts
        on links.source_system = contracts.source_system and links.contract_id = contracts.source_contract_id
    join opportunities on links.crm_opportunity_id = opportunities.crm_opportunity_id
)

select * from final
