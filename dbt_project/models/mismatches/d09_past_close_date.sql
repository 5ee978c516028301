-- Open opportunities whose close date has passed.
with final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        opportunities.stage || ', ' || cast(opportunities.close_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        {{ business_day_start(add_days('opportunities.close_on', '1')) }} as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    cross join {{ ref('run_parameters') }} as run_parameters
    where opportunities.is_countable
        and opportunities.stage_code in ('open', 'valid')
        and {{ add_days('opportunities.close_on', mismatch_tolerance('d09_days')) }} < run_parameters.as_of_on
)

select * from final
