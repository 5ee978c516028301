-- Opportunities that are older than every lead they are said to have come from: the lead was filled in afterwards.
with links as (
    select * from {{ ref('opportunity_people') }}
),

first_leads as (
    select opportunity_id, crm_lead_id, lead_created_at
    from links
    where crm_lead_id is not null
    qualify row_number() over (partition by opportunity_id order by lead_created_at nulls last, crm_lead_id nulls last) = 1
),

-- opportunities whose contact role is nobody of their leads: a colleague joined them
joined as (
    select roles.opportunity_id
    from links as roles
    left join links as leads
        on roles.opportunity_id = leads.opportunity_id
        and roles.person_key = leads.person_key
        and leads.crm_lead_id is not null
    where roles.crm_lead_id is null and leads.opportunity_id is null
),

origins as (
    select unit_id, declared_origin from {{ ref('relay_b2_in') }} where in_rank = 1
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        'created ' || cast(opportunities.created_on as {{ dbt.type_string() }})
        || ', lead ' || cast({{ business_date('first_leads.lead_created_at') }} as {{ dbt.type_string() }}) as crm_value,
        first_leads.crm_lead_id as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        first_leads.lead_created_at as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join first_leads on opportunities.opportunity_id = first_leads.opportunity_id
    inner join origins on opportunities.opportunity_id = origins.unit_id
    left join joined on opportunities.opportunity_id = joined.opportunity_id
    where opportunities.created_on < {{ business_date('first_leads.lead_created_at') }}
        and opportunities.is_countable
        and origins.declared_origin in ('relay', 'undeclared')
        and joined.opportunity_id is null
)

select * from final
