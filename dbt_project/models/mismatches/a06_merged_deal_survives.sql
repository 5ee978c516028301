-- Opportunities that were merged into another one, and still stand in the CRM with an amount.
with merged as (
    select
        facts.opportunity_id, facts.crm_opportunity_id, facts.stage, records.merged_into_id, records.updated_at
    from {{ ref('opportunity_facts') }} as facts
    inner join {{ ref('crm_opportunity') }} as records
        on facts.source_system = records.source_system and facts.crm_opportunity_id = records.crm_opportunity_id
    where facts.removed_as = 'merged_away' and facts.stage_code <> 'lost'
        and not coalesce(records.is_deleted, false) and facts.amount > 0
),

final as (
    select
        'opportunity' as subject_type,
        merged.opportunity_id as subject_id,
        cast(null as {{ dbt.type_string() }}) as ma_record_id,
        merged.crm_opportunity_id as crm_record_id,
        cast(null as {{ dbt.type_string() }}) as ma_value,
        merged.stage as crm_value,
        merged.merged_into_id as detail,
        opportunities.amount_base as amount_at_stake,
        merged.updated_at as occurred_at
    from merged
    inner join {{ ref('con_opportunities') }} as opportunities on merged.opportunity_id = opportunities.opportunity_id
)

select * from final
