-- Opportunities credited to a campaign that their contacts answered only afterwards.
with final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        campaign_id as ma_record_id,
        crm_opportunity_id as crm_record_id,
        'answered ' || cast({{ business_date('first_response_at') }} as {{ dbt.type_string() }}) as ma_value,
        'opened ' || cast(created_on as {{ dbt.type_string() }}) as crm_value,
        '' as detail,
        null as amount_at_stake,
        first_response_at as occurred_at
    from {{ ref('primary_campaign_answers') }}
    where not has_undated_response and {{ business_date('first_response_at') }} > created_on
)

select * from final
