with campaigns as (
    {{ newest_rows('hubspot', 'campaigns') }}
),

final as (
    select
        id as campaign_id,
        name,
        channel,
        type as programme_type,
        objective,
        cost,
        currency,
        start_date as started_on,
        end_date as ended_on,
        {{ is_gone(['archived', '_fivetran_deleted']) }} as is_deleted
    from campaigns
)

select * from final
