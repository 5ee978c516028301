{# One row per handoff at the three boundaries. #}
with handoffs as (
    select * from {{ ref('relay_handoffs') }}
),

final as (
    select
        handoff_id,
        boundary,
        subject_id,
        out_at,
        out_system,
        in_at,
        in_system,
        in_status,
        origin,
        classification,
        lead_id,
        opportunity_id,
        contract_id,
        out_record_id,
        in_record_type,
        in_record_id,
        out_on,
        in_on,
        due_at,
        entered_at,
        entered_on,
        left_at,
        left_on,
        left_as
    from handoffs
)

select * from final
