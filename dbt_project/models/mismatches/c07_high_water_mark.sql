-- MA records that still call a person a customer, or in a deal, long after the last contract or deal ended.
with cutoff as (
    select {{ business_date('cutoff') }} as cutoff_on
    from (select least({{ cross_system_cutoff('ma', 'crm') }}, {{ cross_system_cutoff('ma', 'cs') }}) as cutoff) as cutoffs
),

claims as (
    select claims.*, people.account_key, {{ business_date('coalesce(claims.claimed_since, claims.created_at)') }} as claimed_on
    from {{ ref('ma_claimed_stages') }} as claims
    inner join {{ ref('con_people') }} as people on claims.person_key = people.person_key
    where claims.claimed_stage in ('won', 'opportunity')
),

contracts as (
    select account_key, source_contract_id as record_id, coalesce({{ add_days('churned_on', -1) }}, end_on) as last_on
    from {{ ref('con_contracts') }}
    where not is_deleted
),

opportunities as (
    select opportunity_id, account_key, crm_opportunity_id as record_id, is_closed, is_won, closed_on
    from {{ ref('con_opportunities') }}
    where removed_at is null
),

-- the deals of a person and of their company
linked as (
    select claims.source_system, claims.ma_id, opportunities.opportunity_id
    from claims
    inner join opportunities on claims.account_key = opportunities.account_key
    union
    select claims.source_system, claims.ma_id, cycles.opportunity_id
    from claims
    inner join {{ ref('cycle_opportunities') }} as cycles on claims.person_key = cycles.person_key
),

deals as (
    select
        linked.source_system,
        linked.ma_id,
        bool_or(not opportunities.is_closed) as has_open,
        bool_or(opportunities.is_won) as has_won,
        max(opportunities.closed_on) as last_closed_on,
        max_by(opportunities.record_id, cast(opportunities.closed_on as {{ dbt.type_string() }}) || opportunities.record_id) as last_record_id
    from linked
    inner join opportunities on linked.opportunity_id = opportunities.opportunity_id
    group by linked.source_system, linked.ma_id
),

customers as (
    select
        contracts.account_key,
        bool_or(contracts.last_on is null or contracts.last_on >= cutoff.cutoff_on) as has_contract,
        max(contracts.last_on) as last_on,
        max_by(contracts.record_id, cast(contracts.last_on as {{ dbt.type_string() }}) || contracts.record_id) as last_record_id
    from contracts
    cross join cutoff
    group by contracts.account_key
),

judged as (
    select
        claims.*,
        greatest(claims.claimed_on, customers.last_on, deals.last_closed_on) as last_on,
        coalesce(customers.last_record_id, deals.last_record_id) as crm_record_id,
        case when customers.last_record_id is not null then 'cs_contract' else 'crm_opportunity' end as crm_table
    from claims
    left join customers on claims.account_key = customers.account_key
    left join deals on claims.source_system = deals.source_system and claims.ma_id = deals.ma_id
    where case
        when claims.claimed_stage = 'won'
            then not coalesce(customers.has_contract, false) and exists (select 1 from contracts)
        else not coalesce(deals.has_open or deals.has_won, false) and exists (select 1 from opportunities)
    end
),

final as (
    select
        'person' as subject_type,
        judged.person_key as subject_id,
        judged.ma_id as ma_record_id,
        judged.crm_record_id,
        judged.crm_table,
        judged.lifecycle_stage as ma_value,
        'nothing since ' || cast(judged.last_on as {{ dbt.type_string() }}) as crm_value,
        judged.claimed_stage as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        {{ business_day_start('judged.last_on') }} as occurred_at
    from judged
    cross join cutoff
    where {{ add_days('judged.last_on', mismatch_tolerance('c07_grace_days')) }} < cutoff.cutoff_on
)

select * from final
