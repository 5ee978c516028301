{# B2, the giver's side: lead records that inside sales converted with an opportunity id. Where it had the person as a contact alone there is
   nothing to convert: the contact passes on what opens while it is in inside sales's hands. #}
with conversions as (
    select
        links.opportunity_id,
        {{ relay_record_key('links.source_system', 'links.crm_lead_id') }} as out_key,
        links.lead_id,
        links.converted_at,
        links.source_system,
        links.crm_lead_id as out_record_id
    from {{ ref('lead_opportunities') }} as links
    join {{ ref('run_parameters') }} as run_parameters on links.converted_at <= run_parameters.as_of
    where links.crm_lead_id is not null and links.opportunity_id is not null
),

given as (
    select * from conversions
    union all
    select
        opportunities.opportunity_id,
        contacts.record_key,
        opportunities.lead_id,
        coalesce(opportunities.created_at, opportunities.closed_at),
        contacts.source_system,
        contacts.crm_contact_id
    from {{ ref('relay_b1_contacts') }} as contacts
    join {{ ref('con_opportunities') }} as opportunities
        on contacts.lead_id = opportunities.lead_id
            and coalesce(opportunities.created_at, opportunities.closed_at) >= contacts.received_at
    left join conversions on opportunities.opportunity_id = conversions.opportunity_id
    where conversions.opportunity_id is null and contacts.left_as = 'converted'
),

final as (
    select
        'B2' as boundary,
        opportunity_id as unit_id,
        out_key,
        lead_id,
        opportunity_id,
        cast(null as {{ dbt.type_string() }}) as contract_id,
        converted_at as out_at,
        {{ business_date('converted_at') }} as out_on,
        source_system as out_system,
        out_record_id,
        row_number() over (
            partition by opportunity_id order by converted_at nulls last, source_system nulls last, out_record_id nulls last
        ) as out_rank
    from given
    where 'B2' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
