-- Converted leads of which no opportunity came, and nobody said that none should.
with leads as (
    select
        leads.source_system, leads.crm_lead_id, leads.person_key, leads.converted_at,
        {{ business_date('leads.converted_at') }} as converted_on
    from {{ ref('cycle_leads') }} as leads
    inner join {{ ref('crm_lead') }} as records
        on leads.source_system = records.source_system and leads.crm_lead_id = records.crm_lead_id
    inner join {{ ref('countable_people') }} as countable
        on leads.person_key = countable.person_key and countable.is_countable
    where leads.converted_at is not null and leads.removed_as is null
        and coalesce(leads.converted_opportunity_id, '') = ''
        and not coalesce(records.is_no_opportunity, false)
),

-- made on the contact instead
later_opportunities as (
    select links.person_key, max(opportunities.created_on) as created_on
    from {{ ref('opportunity_people') }} as links
    inner join {{ ref('con_opportunities') }} as opportunities on links.opportunity_id = opportunities.opportunity_id
    where opportunities.removed_at is null
    group by links.person_key
),

final as (
    select
        'person' as subject_type,
        leads.person_key as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        leads.crm_lead_id as crm_record_id,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        'converted ' || cast(leads.converted_on as {{ dbt.type_string() }}) || ', no opportunity' as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        leads.converted_at as occurred_at
    from leads
    cross join {{ ref('run_parameters') }} as run_parameters
    left join later_opportunities on leads.person_key = later_opportunities.person_key
    where {{ add_days('leads.converted_on', mismatch_tolerance('c10_days')) }} < run_parameters.as_of_on
        and (later_opportunities.created_on is null or later_opportunities.created_on < leads.converted_on)
)

select * from final
