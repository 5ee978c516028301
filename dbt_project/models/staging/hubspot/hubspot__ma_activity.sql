with submissions as (
    {{ newest_rows('hubspot', 'form_submissions') }}
),

mail_events as (
    {{ newest_rows('hubspot', 'email_events') }}
),

contacts as (
    {{ newest_rows('hubspot', 'contacts') }}
),

-- an event or submission without contact id belongs to the one contact that has its address: live before deleted, then the oldest id
contact_of_address as (
    select lower(email) as address, id as contact_id
    from contacts
    where email is not null
    qualify row_number() over (
        partition by lower(email)
        order by {{ is_gone(['archived', '_fivetran_deleted']) }}, length(id) nulls last, id nulls last
    ) = 1
),

activities as (
    select
        id as activity_id,
        contact_id,
        case when contact_id is null then lower(email) end as address,
        'form_submission' as activity_type,
        campaign_id,
        form_id as asset_id,
        form_name as asset_name,
        timestamp as occurred_at,
        false as is_automated,
        _batch_id
    from submissions

    union all

    select
        id,
        contact_id,
        case when contact_id is null then lower(recipient) end,
        lower(type),
        email_campaign_id,
        email_campaign_id,
        subject,
        created,
        coalesce(filtered_event, false),
        _batch_id
    from mail_events
),

final as (
    select
        activities.activity_id,
        coalesce(activities.contact_id, contact_of_address.contact_id) as ma_id,
        activities.activity_type,
        activities.campaign_id,
        activities.asset_id,
        activities.asset_name,
        activities.occurred_at,
        activities.is_automated,
        activities._batch_id
    from activities
    left join contact_of_address on activities.address = contact_of_address.address
    where activities.occurred_at is not null and activities.activity_type is not null
)

select * from final
