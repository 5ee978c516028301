with history as (
    {{ newest_rows('hubspot', 'contact_property_history') }}
),

contacts as (
    {{ newest_rows('hubspot', 'contacts') }}
),

changes as (
    select
        id as history_id,
        contact_id as ma_id,
        case name
            when 'lifecyclestage' then 'lifecycle_stage'
            when 'hs_lead_status' then 'lead_status'
            when 'hubspotscore' then 'score'
            when 'hs_analytics_source' then 'original_source'
            when 'hubspot_owner_id' then 'owner_id'
            when 'hs_email_optout' then 'is_opted_out'
        end as property,
        case name
            when 'lifecyclestage' then {{ hubspot_stage_code('value') }}
            when 'hs_analytics_source' then {{ hubspot_source_code('value') }}
            else value
        end as new_value,
        timestamp as changed_at,
        source as change_source
    from history
    where contact_id is not null and timestamp is not null
),

-- HubSpot keeps the time a contact became each stage; it stands in for contacts whose stage history was not exported
stage_dates as (
    select id as ma_id, 'subscriber' as stage, hs_lifecyclestage_subscriber_date as changed_at from contacts
    union all
    select id, 'lead', hs_lifecyclestage_lead_date from contacts
    union all
    select id, 'marketingqualifiedlead', hs_lifecyclestage_marketingqualifiedlead_date from contacts
    union all
    select id, 'salesqualifiedlead', hs_lifecyclestage_salesqualifiedlead_date from contacts
),

stage_dates_without_history as (
    select
        {{ string_hash(['ma_id', "'stage date'", 'stage']) }} as history_id,
        ma_id,
        'lifecycle_stage' as property,
        stage as new_value,
        changed_at,
        'stage date' as change_source
    from stage_dates
    where changed_at is not null
        and not exists (
            select 1 from changes where changes.ma_id = stage_dates.ma_id and changes.property = 'lifecycle_stage'
        )
),

final as (
    select * from changes where property is not null
    union all
    select * from stage_dates_without_history
)

select * from final
