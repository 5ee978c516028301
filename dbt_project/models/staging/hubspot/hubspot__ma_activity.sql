with submissions as (
    {{ newest_rows('hubspot', 'form_submissions') }}
),

mail_events as (
    {{ newest_rows('hubspot', 'email_events') }}
),

final as (
    select
        id as activity_id,
        contact_id as ma_id,
        -- by API a submission names no contact: its address stands among the form's fields
        coalesce(
            email,
            nullif(regexp_extract({{ adapter.quote('values') }}, '"name" ?: ?"email"[^}]*"value" ?: ?"([^"]+)"', 1), '')
        ) as email,
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
        recipient,
        lower(type),
        email_campaign_id,
        email_campaign_id,
        subject,
        created,
        coalesce(filtered_event, false),
        _batch_id
    from mail_events
)

select * from final
