with history as (
    {{ newest_rows('salesforce', 'lead_history') }}
),

final as (
    select
        id as history_id,
        lead_id as crm_lead_id,
        {{ salesforce_field_name('field') }} as field,
        old_value,
        new_value,
        created_date as changed_at,
        created_by_id as changed_by
    from history
    where lead_id is not null and field is not null and created_date is not null
)

select * from final
