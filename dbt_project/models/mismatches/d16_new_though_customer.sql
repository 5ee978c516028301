-- Opportunities called new business of an account that had been won before; one whose contracts were all over then is won back, and new.
with opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and account_key is not null
),

first_wins as (
    select account_key, won_at, crm_opportunity_id
    from opportunities
    where is_won
    qualify row_number() over (partition by account_key order by won_at nulls last, crm_opportunity_id nulls last) = 1
),

suspects as (
    select opportunities.*, first_wins.crm_opportunity_id as first_id
    from opportunities
    inner join first_wins
        on opportunities.account_key = first_wins.account_key and opportunities.created_at > first_wins.won_at
    inner join {{ ref('new_business_types') }} as types on lower(opportunities.opportunity_type) = types.source_value
    where opportunities.stage_code <> 'lost'
),

services as (
    select
        suspects.opportunity_id,
        bool_and(coalesce({{ service_over_on('contracts') }} <= suspects.created_on, false)) as was_over
    from suspects
    inner join {{ ref('con_contracts') }} as contracts
        on suspects.account_key = contracts.account_key and contracts.start_on <= suspects.created_on
    where not contracts.is_deleted
    group by suspects.opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        suspects.opportunity_id as subject_id,
        null as ma_record_id,
        suspects.crm_opportunity_id as crm_record_id,
        null as ma_value,
        suspects.opportunity_type || ', won before: ' || suspects.first_id as crm_value,
        '' as detail,
        null as amount_at_stake,
        suspects.created_at as occurred_at
    from suspects
    left join services on suspects.opportunity_id = services.opportunity_id
    where not coalesce(services.was_over, false)
)

select * from final
