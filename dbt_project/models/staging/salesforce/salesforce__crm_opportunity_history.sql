with history as (
    {{ newest_rows('salesforce', 'opportunity_history') }}
),

final as (
    select
        id as history_id,
        opportunity_id as crm_opportunity_id,
        stage_name as stage,
        amount,
        close_date as close_on,
        cast(probability / 100 as decimal(18, 6)) as probability,
        forecast_category,
        created_date as changed_at,
        created_by_id as changed_by
    from history
    where opportunity_id is not null and created_date is not null
)

select * from final
