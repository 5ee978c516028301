{# B2, the giver's side: lead records that inside sales converted with an opportunity id. #}
with conversions as (
    select links.*
    from {{ ref('lead_opportunities') }} as links
    join {{ ref('run_parameters') }} as run_parameters on links.converted_at <= run_parameters.as_of
    where links.crm_lead_id is not null and links.opportunity_id is not null
),

final as (
    select
        'B2' as boundary,
        opportunity_id as unit_id,
        {{ relay_record_key('source_system', 'crm_lead_id') }} as out_key,
        lead_id,
        opportunity_id,
        cast(null as {{ dbt.type_string() }}) as contract_id,
        converted_at as out_at,
        {{ business_date('converted_at') }} as out_on,
        source_system as out_system,
        crm_lead_id as out_record_id,
        row_number() over (
            partition by opportunity_id order by converted_at nulls last, source_system nulls last, crm_lead_id nulls last
        ) as out_rank
    from conversions
    where 'B2' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
