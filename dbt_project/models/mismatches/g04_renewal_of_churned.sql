-- Renewals still open of accounts that customer success has lost.
with final as (
    select
        'opportunity' as subject_type,
        opportunities.opportunity_id as subject_id,
        null as ma_record_id,
        opportunities.crm_opportunity_id as crm_record_id,
        null as ma_value,
        opportunities.stage || ', contracts over ' || cast(services.all_over_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        {{ business_day_start('services.all_over_on') }} as occurred_at
    from {{ ref('con_opportunities') }} as opportunities
    inner join {{ ref('account_services') }} as services on opportunities.account_key = services.account_key
    inner join {{ ref('origins') }} as origins
        on origins.object = 'opportunity_type' and lower(opportunities.opportunity_type) = origins.source_value and origins.origin = 'existing'
    where opportunities.is_countable
        and opportunities.stage_code in ('open', 'valid')
        and opportunities.created_on < services.all_over_on
        and {{ days_between('services.all_over_on', business_date(cross_system_cutoff('crm', 'cs'))) }} > {{ mismatch_tolerance('g04_days') }}
)

select * from final
