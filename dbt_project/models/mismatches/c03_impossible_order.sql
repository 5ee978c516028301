-- Orders of events that cannot be, by business dates.
with opportunities as (
    select opportunities.*, records.closed_at is null and coalesce(facts.is_closed_by_record, false) as is_closed_by_date
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('opportunity_facts') }} as facts on opportunities.opportunity_id = facts.opportunity_id
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    where opportunities.is_countable
),

-- a close date that is only a date may be the UTC day, one early
won as (
    select
        *,
        case when is_closed_by_date then {{ add_days('won_on', mismatch_tolerance('c03_date_only_days')) }} else won_on end as won_by
    from opportunities
    where is_won
),

mqls as (
    select lead_id, source_record_id as ma_id, occurred_at, {{ business_date('occurred_at') }} as occurred_on
    from {{ ref('stage_events_observed') }}
    where stage = 'mql'
    qualify row_number() over (partition by lead_id order by occurred_at nulls last, source_record_id nulls last, source_event_id nulls last) = 1
),

converted as (
    select lead_id, opportunity_id
    from {{ ref('lead_opportunities') }}
    where crm_lead_id is not null
    group by lead_id, opportunity_id
),

mql_after_opportunity as (
    select
        'opportunity' as subject_type, opportunities.opportunity_id as subject_id, mqls.ma_id as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id, mqls.occurred_on as first_on, opportunities.created_on as second_on,
        'mql after opportunity' as detail, mqls.occurred_at
    from opportunities
    inner join converted
        on opportunities.opportunity_id = converted.opportunity_id and opportunities.lead_id = converted.lead_id
    inner join mqls on opportunities.lead_id = mqls.lead_id
    where mqls.occurred_on > opportunities.created_on
),

won_before_opportunity as (
    select
        'opportunity', opportunity_id, cast(null as {{ dbt.type_string() }}), crm_opportunity_id,
        created_on, won_on, 'won before opportunity', created_at
    from won
    where created_on > won_by
),

ma_records as (
    select person_key, record_id
    from {{ ref('live_person_records') }}
    where record_type = 'ma_person'
    qualify row_number() over (partition by person_key order by created_at nulls last, record_id nulls last) = 1
),

won_before_first_contact as (
    select
        'opportunity', won.opportunity_id, ma_records.record_id, won.crm_opportunity_id,
        leads.first_seen_on, won.won_on, 'won before first contact', leads.first_seen_at
    from won
    inner join {{ ref('lead_facts') }} as leads on won.lead_id = leads.lead_id
    left join ma_records on leads.person_key = ma_records.person_key
    where won.created_at is null and leads.first_seen_on > won.won_by
),

found as (
    select * from mql_after_opportunity
    union all
    select * from won_before_opportunity
    union all
    select * from won_before_first_contact
    union all
    select * from {{ ref('leads_in_impossible_order') }}
),

final as (
    select
        found.subject_type,
        found.subject_id,
        found.ma_record_id,
        found.crm_record_id,
        case when found.subject_type = 'opportunity' then 'crm_opportunity' else 'crm_lead' end as crm_table,
        case when found.detail = 'won before opportunity' then null else cast(found.first_on as {{ dbt.type_string() }}) end as ma_value,
        case
            when found.detail = 'won before opportunity'
                then 'created ' || cast(found.first_on as {{ dbt.type_string() }}) || ', won ' || cast(found.second_on as {{ dbt.type_string() }})
            else cast(found.second_on as {{ dbt.type_string() }})
        end as crm_value,
        found.detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        least(found.occurred_at, run_parameters.as_of) as occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
)

select * from final
