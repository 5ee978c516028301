{# Onboarding: first contracts of won deals whose customer went live within the window after the deal was won; one whose service has no start yet is
   among them. Where no contract says when its customer went live, nothing can be told. #}
with opportunities as (
    select opportunity_id, won_on from {{ ref('con_opportunities') }} where is_countable and won_on is not null
),

contracts as (
    select
        contract_id, opportunity_id, {{ business_date('live_at') }} as live_on,
        max(live_at) over () is not null as is_told
    from {{ ref('con_contracts') }}
    where not is_deleted
    qualify row_number() over (
        partition by opportunity_id order by accepted_at nulls last, source_system nulls last, source_contract_id nulls last
    ) = 1
),

run_parameters as (
    select as_of_on from {{ ref('run_parameters') }}
),

final as (
    select
        'contract' as subject_type,
        contracts.contract_id as subject_id,
        'shared' as view,
        '' as member,
        opportunities.won_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('contracts.live_on <= ' ~ add_days('opportunities.won_on', 'windows.days')) }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        {{ add_days('opportunities.won_on', 'windows.days') }} < run_parameters.as_of_on as is_mature
    from contracts
    join opportunities on contracts.opportunity_id = opportunities.opportunity_id
    cross join run_parameters
    join {{ named_window('onboarding') }} as windows on {{ in_force('windows', 'opportunities.won_on') }}
    where contracts.is_told
)

select * from final
