-- Opportunities that sales calls its own although marketing had handed the person over before.
with final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        handovers.source_record_id as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        'handed over ' || cast(handovers.handed_over_on as {{ dbt.type_string() }}) as ma_value,
        opportunities.lead_source as crm_value,
        '' as detail,
        null as amount_at_stake,
        opportunities.created_at as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('origins') }} as origins
        on origins.object = 'lead_source' and lower(opportunities.lead_source) = origins.source_value and origins.origin in ('sgl', 'tgl')
    inner join {{ ref('stage_handed_over') }} as handovers on opportunities.lead_id = handovers.lead_id
    where opportunities.is_countable
        and handovers.handed_over_at <= opportunities.created_at
        and handovers.handed_over_at <= {{ cross_system_cutoff('ma', 'crm') }}
)

select * from final
