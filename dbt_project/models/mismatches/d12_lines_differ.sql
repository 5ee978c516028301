-- Opportunities whose line items do not add up to their amount.
with line_totals as (
    select source_system, crm_opportunity_id, cast(sum(total_price) as decimal(18, 2)) as total
    from {{ ref('crm_opportunity_line') }}
    where not coalesce(is_deleted, false)
    group by source_system, crm_opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        coalesce(cast(opportunities.amount as {{ dbt.type_string() }}), 'no amount') || ', lines ' || cast(line_totals.total as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        least(coalesce(records.updated_at, opportunities.created_at), run_parameters.as_of) as occurred_at
    from line_totals
    inner join {{ ref('con_opportunities') }} as opportunities
        on line_totals.source_system = opportunities.source_system
        and line_totals.crm_opportunity_id = opportunities.crm_opportunity_id
        and opportunities.is_countable
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where abs(line_totals.total - coalesce(opportunities.amount, 0)) > {{ mismatch_tolerance('d12_amount') }}
)

select * from final
