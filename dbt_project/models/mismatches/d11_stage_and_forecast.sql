-- Opportunities whose stage, probability and forecast category cannot all be true.
with opportunities as (
    select
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id,
        opportunities.stage,
        opportunities.stage_code,
        records.probability,
        records.forecast_category,
        categories.category,
        coalesce(records.updated_at, opportunities.created_at) as changed_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
        -- what the record says of a stage that it has left since is not of this one
        and lower(records.stage) is not distinct from lower(opportunities.stage)
    left join {{ ref('forecast_categories') }} as categories on lower(records.forecast_category) = categories.source_value
    where opportunities.is_countable
),

found as (
    select *, 'won_probability' as detail from opportunities where stage_code = 'won' and probability < 1
    union all
    select *, 'lost_probability' as detail from opportunities where stage_code = 'lost' and probability > 0
    union all
    select *, 'omitted' as detail from opportunities where stage_code = 'valid' and category = 'omitted'
    union all
    select *, 'closed_forecast' as detail from opportunities where stage_code in ('open', 'valid') and category = 'closed'
),

final as (
    select
        'opportunity' as subject_type,
        found.opportunity_id as subject_id,
        null as ma_record_id,
        found.crm_opportunity_id as crm_record_id,
        null as ma_value,
        concat_ws(', ', found.stage, cast(cast(round(found.probability * 100) as bigint) as {{ dbt.type_string() }}) || ' %', found.forecast_category) as crm_value,
        found.detail,
        null as amount_at_stake,
        least(found.changed_at, run_parameters.as_of) as occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
)

select * from final
