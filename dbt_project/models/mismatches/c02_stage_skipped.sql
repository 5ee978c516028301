-- Stages that were reached without the one before them: handed over and never an MQL, converted and never accepted, won and never a qualified opportunity.
with mqls as (
    select person_key, min(occurred_at) as first_mql_at
    from {{ ref('stage_events_observed') }}
    where stage = 'mql'
    group by person_key
),

countable_cycles as (
    select lead_id from {{ ref('lead_facts') }} where is_countable
),

without_mql as (
    select
        'lead_cycle' as subject_type, handovers.lead_id as subject_id, handovers.source_record_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id, 'mql' as detail, handovers.handed_over_at as occurred_at
    from {{ ref('stage_handed_over') }} as handovers
    left join mqls on handovers.person_key = mqls.person_key and mqls.first_mql_at <= handovers.handed_over_at
    inner join countable_cycles on handovers.lead_id = countable_cycles.lead_id
    where mqls.person_key is null
    -- one record, one mismatch: of a person handed over twice without MQL the first
    qualify row_number() over (partition by handovers.source_system, handovers.source_record_id order by handovers.handed_over_at nulls last, handovers.lead_id nulls last) = 1
),

accepted as (
    select source_system, source_record_id as crm_lead_id
    from {{ ref('stage_events_lead') }}
    where stage = 'accepted'
    group by source_system, source_record_id
),

without_acceptance as (
    select
        'lead_cycle' as subject_type, bridge.lead_id as subject_id, cast(null as {{ dbt.type_string() }}) as ma_record_id,
        leads.crm_lead_id as crm_record_id, 'accepted' as detail, leads.converted_at as occurred_at
    from {{ ref('cycle_leads') }} as leads
    inner join {{ ref('crm_lead') }} as records
        on leads.source_system = records.source_system and leads.crm_lead_id = records.crm_lead_id
    -- only where inside sales's statuses are known at all
    inner join (select distinct source_system from accepted) as judged on leads.source_system = judged.source_system
    left join {{ ref('origins') }} as origins
        on origins.object = 'lead_source' and lower({{ trimmed('records.lead_source') }}) = origins.source_value
    left join accepted on leads.source_system = accepted.source_system and leads.crm_lead_id = accepted.crm_lead_id
    inner join (
        select lead_id, source_system, source_record_id from {{ ref('stage_events_observed') }} where stage = 'converted'
    ) as bridge
        on leads.source_system = bridge.source_system and leads.crm_lead_id = bridge.source_record_id
    inner join countable_cycles on bridge.lead_id = countable_cycles.lead_id
    where leads.converted_at is not null and leads.removed_as is null
        and accepted.crm_lead_id is null
        and coalesce(origins.origin, 'relay') = 'relay'
),

valid_stages as (
    select source_system, crm_opportunity_id
    from {{ ref('opportunity_changes') }}
    where is_valid and stage_code = 'valid'
    group by source_system, crm_opportunity_id
),

without_qualification as (
    select
        'opportunity' as subject_type, opportunities.opportunity_id as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id, opportunities.crm_opportunity_id as crm_record_id,
        'valid_opportunity' as detail, opportunities.won_at as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    inner join (select distinct source_system from {{ ref('opportunity_changes') }}) as judged
        on opportunities.source_system = judged.source_system
    left join valid_stages
        on opportunities.source_system = valid_stages.source_system
        and opportunities.crm_opportunity_id = valid_stages.crm_opportunity_id
    where opportunities.is_won and opportunities.is_countable
        and records.fs_accepted_at is null and valid_stages.crm_opportunity_id is null
),

found as (
    select * from without_mql
    union all
    select * from without_acceptance
    union all
    select * from without_qualification
),

final as (
    select
        subject_type,
        subject_id,
        ma_record_id,
        crm_record_id,
        case when subject_type = 'opportunity' then 'crm_opportunity' else 'crm_lead' end as crm_table,
        case when detail = 'mql' then 'handed over without MQL' end as ma_value,
        case detail when 'accepted' then 'converted without acceptance' when 'valid_opportunity' then 'won without qualification' end as crm_value,
        detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        occurred_at
    from found
)

select * from final
