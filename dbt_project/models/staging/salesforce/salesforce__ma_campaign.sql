with campaigns as (
    {{ newest_rows('salesforce', 'campaigns') }}
),

final as (
    select
        id as campaign_id,
        name,
        channel,
        type as programme_type,
        objective,
        actual_cost as cost,
        currency_iso_code as currency,
        start_date as started_on,
        end_date as ended_on,
        {{ is_gone(['is_deleted', '_fivetran_deleted']) }} as is_deleted
    from campaigns
)

select * from final
