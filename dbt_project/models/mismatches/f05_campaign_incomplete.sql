-- Members of campaigns that are not there, and campaigns with people in them that lack cost or dates.
with campaigns as (
    select * from {{ ref('ma_campaign') }}
),

members as (
    select * from {{ ref('ma_campaign_member') }} where not coalesce(is_deleted, false)
),

peopled as (
    select source_system, campaign_id from members where campaign_id is not null
    union
    select source_system, campaign_id from {{ ref('activities_ma') }} where is_response and campaign_id is not null
),

judged as (
    select
        campaigns.*,
        {{ add_days('coalesce(campaigns.ended_on, campaigns.started_on)', mismatch_tolerance('f05_days')) }} as cost_due_on
    from campaigns
    inner join peopled on campaigns.source_system = peopled.source_system and campaigns.campaign_id = peopled.campaign_id
    where not coalesce(campaigns.is_deleted, false)
),

found as (
    select
        cast(null as {{ dbt.type_string() }}) as campaign_key,
        members.member_id as record_id,
        'ma_campaign_member' as ma_table,
        'campaign ' || coalesce(members.campaign_id, '(none)') || ' missing' as ma_value,
        'campaign' as detail,
        members.created_at as occurred_at
    from members
    left join campaigns on members.source_system = campaigns.source_system and members.campaign_id = campaigns.campaign_id
    where campaigns.campaign_id is null
    union all
    select {{ string_hash(['source_system', 'campaign_id']) }}, campaign_id, 'ma_campaign', 'no start', 'date', null
    from judged
    where started_on is null
    union all
    select
        {{ string_hash(['source_system', 'campaign_id']) }}, campaign_id, 'ma_campaign', 'no cost', 'cost',
        {{ business_day_start(add_days('cost_due_on', '1')) }}
    from judged
    cross join {{ ref('run_parameters') }} as run_parameters
    where cost is null and cost_due_on < run_parameters.as_of_on
),

final as (
    select
        'campaign' as subject_type,
        campaign_key as subject_id,
        record_id as ma_record_id,
        ma_table,
        null as crm_record_id,
        ma_value,
        null as crm_value,
        detail,
        null as amount_at_stake,
        occurred_at
    from found
)

select * from final
