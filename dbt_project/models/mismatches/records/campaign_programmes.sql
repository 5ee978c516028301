-- What kind of programme a campaign is: acquisition, nurture, customer or transactional. Campaigns of other types have no row.
with final as (
    select campaigns.source_system, campaigns.campaign_id, types.kind, campaigns.ended_on
    from {{ ref('ma_campaign') }} as campaigns
    inner join {{ ref('programme_types') }} as types on lower({{ trimmed('campaigns.programme_type') }}) = types.source_value
    where not coalesce(campaigns.is_deleted, false)
)

select * from final
