{# B3, the receiver's side: contracts that customer success accepted. Of several contracts of one opportunity the first is the unit, the
   others come in a second time. #}
with contracts as (
    select * from {{ ref('con_contracts') }} where accepted_at is not null
),

links as (
    select * from {{ ref('relay_b3_links') }}
),

opportunities as (
    select opportunity_id, lead_id from {{ ref('con_opportunities') }}
),

origins as (
    select source_value, origin from {{ ref('origins') }} where object = 'contract_origin'
),

ranked as (
    select
        links.contract_id,
        links.opportunity_id,
        row_number() over (
            partition by links.opportunity_id
            order by contracts.accepted_at nulls last, contracts.source_system nulls last, contracts.source_contract_id nulls last
        ) as contract_rank
    from links
    join contracts on links.contract_id = contracts.contract_id
),

-- a contract that is the first of any of its opportunities is no second one
chosen as (
    select contract_id, opportunity_id, contract_rank
    from ranked
    qualify row_number() over (partition by contract_id order by contract_rank, opportunity_id nulls last) = 1
),

-- where no contract names an opportunity, one that follows another of its account and that nothing new was bought for is a renewal
in_order as (
    select
        contract_id, opportunity_id, accepted_at,
        min(accepted_at) over (partition by account_key) as first_accepted_at
    from contracts
    where account_key is not null
),

followers as (
    select contract_id
    from in_order
    where opportunity_id is null and first_accepted_at < accepted_at
        and not {{ contracts_name_opportunities() }}
),

final as (
    select
        'B3' as boundary,
        contracts.contract_id as unit_id,
        opportunities.lead_id,
        chosen.opportunity_id,
        contracts.contract_id,
        contracts.accepted_at as in_at,
        contracts.source_system as in_system,
        'cs_contract' as in_record_type,
        contracts.source_contract_id as in_record_id,
        contracts.contract_id as record_key,
        contracts.status as in_status,
        case
            when chosen.contract_rank > 1 then 'relay'
            when followers.contract_id is not null and origins.origin is null then 'existing'
            else coalesce(origins.origin, 'undeclared')
        end as declared_origin,
        coalesce(chosen.contract_rank, cast(1 as bigint)) as in_rank,
        cast(1 as bigint) as in_record_rank
    from contracts
    left join chosen on contracts.contract_id = chosen.contract_id
    left join opportunities on chosen.opportunity_id = opportunities.opportunity_id
    left join followers on contracts.contract_id = followers.contract_id
    left join origins on lower({{ trimmed('contracts.origin') }}) = origins.source_value
    where 'B3' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
