-- Opportunities credited to a campaign that none of their contacts in it has answered.
with final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        campaign_id as ma_record_id,
        crm_opportunity_id as crm_record_id,
        'no response' as ma_value,
        null as crm_value,
        '' as detail,
        null as amount_at_stake,
        created_at as occurred_at
    from {{ ref('primary_campaign_answers') }}
    where not has_responded
)

select * from final
