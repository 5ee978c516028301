-- MQLs of people with whom sales already talks, or who are customers already.
with mqls as (
    select leads.lead_id, leads.person_key, leads.mql_at, leads.mql_on
    from {{ ref('lead_facts') }} as leads
    inner join {{ ref('lead_cycles') }} as cycles on leads.lead_id = cycles.lead_id
    left join {{ ref('ma_campaign') }} as campaigns on cycles.campaign_id = campaigns.campaign_id
    where leads.is_countable
        and leads.mql_at is not null
        and not leads.is_mql_inferred
        and leads.mql_at <= {{ cross_system_cutoff('ma', 'crm') }}
    group by leads.lead_id, leads.person_key, leads.mql_at, leads.mql_on
    having not coalesce(bool_or(lower({{ trimmed('campaigns.objective') }}) = 'expansion'), false)
),

events as (
    select lead_id, occurred_at, min(source_record_id) as ma_id
    from {{ ref('stage_events_observed') }}
    where stage = 'mql' and subject_type = 'lead_cycle'
    group by lead_id, occurred_at
),

opportunities as (
    select * from {{ ref('con_opportunities') }} where is_countable and person_key is not null
),

open_then as (
    select mqls.lead_id, opportunities.crm_opportunity_id as record_id, opportunities.opportunity_id, opportunities.stage, opportunities.created_at
    from mqls
    inner join opportunities
        on mqls.person_key = opportunities.person_key
        and opportunities.created_at < mqls.mql_at
        and coalesce(opportunities.closed_at > mqls.mql_at, true)
    qualify row_number() over (
        partition by mqls.lead_id order by opportunities.created_at nulls last, opportunities.crm_opportunity_id nulls last
    ) = 1
),

customers_then as (
    select mqls.lead_id, contracts.source_contract_id as record_id, contracts.contract_id, contracts.status
    from mqls
    inner join opportunities on mqls.person_key = opportunities.person_key
    inner join {{ ref('con_contracts') }} as contracts
        on opportunities.opportunity_id = contracts.opportunity_id
        and not contracts.is_deleted
        and contracts.start_on <= mqls.mql_on
        and coalesce({{ add_days('contracts.churned_on', '-1') }}, contracts.end_on, mqls.mql_on) >= mqls.mql_on
    qualify row_number() over (
        partition by mqls.lead_id order by contracts.start_on nulls last, contracts.source_contract_id nulls last
    ) = 1
),

final as (
    select
        case when open_then.lead_id is not null then 'opportunity' else 'contract' end as subject_type,
        coalesce(open_then.opportunity_id, customers_then.contract_id) as subject_id,
        events.ma_id as ma_record_id,
        coalesce(open_then.record_id, customers_then.record_id) as crm_record_id,
        case when open_then.lead_id is not null then 'crm_opportunity' else 'cs_contract' end as crm_table,
        'mql ' || cast(mqls.mql_on as {{ dbt.type_string() }}) as ma_value,
        case when open_then.lead_id is not null then open_then.stage else customers_then.status end as crm_value,
        cast(mqls.mql_on as {{ dbt.type_string() }}) as detail,
        null as amount_at_stake,
        mqls.mql_at as occurred_at
    from mqls
    inner join events on mqls.lead_id = events.lead_id and mqls.mql_at = events.occurred_at
    left join open_then on mqls.lead_id = open_then.lead_id
    left join customers_then on mqls.lead_id = customers_then.lead_id
    where open_then.lead_id is not null or customers_then.lead_id is not null
)

select * from final
