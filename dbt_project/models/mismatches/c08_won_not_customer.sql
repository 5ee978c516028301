-- People whose deal is won and whom no MA record calls a customer.
with cutoff as (
    select {{ cross_system_cutoff('ma', 'crm') }} as cutoff
),

claims as (
    select * from {{ ref('ma_claimed_stages') }}
),

people as (
    select
        person_key,
        max(claimed_order) as highest_order
    from claims
    -- an MA that never calls anybody a customer is not judged
    where source_system in (select source_system from claims where claimed_stage = 'won')
    group by person_key
),

first_records as (
    select person_key, ma_id, lifecycle_stage
    from claims
    qualify row_number() over (partition by person_key order by created_at nulls last, ma_id nulls last) = 1
),

won as (
    select opportunities.opportunity_id, opportunities.crm_opportunity_id, opportunities.person_key, opportunities.account_key, opportunities.won_at, opportunities.won_on
    from {{ ref('con_opportunities') }} as opportunities
    cross join cutoff
    where opportunities.is_won and opportunities.is_countable and opportunities.won_at <= cutoff.cutoff
    qualify row_number() over (
        partition by opportunities.person_key order by opportunities.won_at nulls last, opportunities.crm_opportunity_id nulls last
    ) = 1
),

former_customers as (
    select contracts.account_key
    from {{ ref('con_contracts') }} as contracts
    cross join cutoff
    where not contracts.is_deleted
    group by contracts.account_key
    having bool_and(coalesce({{ service_over_on('contracts') }} <= {{ business_date('cutoff.cutoff') }}, false))
),

final as (
    select
        'opportunity' as subject_type,
        won.opportunity_id as subject_id,
        first_records.ma_id as ma_record_id,
        won.crm_opportunity_id as crm_record_id,
        first_records.lifecycle_stage as ma_value,
        'won ' || cast(won.won_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        won.won_at as occurred_at
    from won
    inner join people on won.person_key = people.person_key
    inner join first_records on won.person_key = first_records.person_key
    inner join {{ ref('lead_stages') }} as customer on customer.stage = 'won'
    left join former_customers on won.account_key = former_customers.account_key
    where people.highest_order < customer.stage_order
        and former_customers.account_key is null
)

select * from final
