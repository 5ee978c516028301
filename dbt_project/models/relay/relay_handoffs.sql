{# The handoff ledger: one row per handoff at the three boundaries, classified, with the stay in the receiver's stock that it began. #}
with handoffs as (
    select * from {{ ref('relay_classified') }}
),

stays as (
    select * from {{ ref('relay_stays') }}
),

final as (
    select
        handoffs.handoff_id,
        handoffs.boundary,
        handoffs.unit_id as subject_id,
        handoffs.lead_id,
        handoffs.opportunity_id,
        handoffs.contract_id,
        handoffs.out_at,
        handoffs.out_on,
        handoffs.out_system,
        handoffs.out_record_id,
        handoffs.in_at,
        handoffs.in_on,
        handoffs.in_system,
        handoffs.in_record_type,
        handoffs.in_record_id,
        handoffs.in_status,
        handoffs.origin,
        handoffs.classification,
        case
            when handoffs.classification = 'grain_merged' then greatest(handoffs.out_at, handoffs.in_at)
            else stays.entered_at
        end as entered_at,
        case
            when handoffs.classification = 'grain_merged' then {{ business_date('greatest(handoffs.out_at, handoffs.in_at)') }}
            else stays.entered_on
        end as entered_on,
        handoffs.due_at,
        handoffs.due_on,
        handoffs.matures_at,
        stays.left_at,
        stays.left_on,
        stays.left_as
    from handoffs
    left join stays on handoffs.handoff_id = stays.handoff_id
)

select * from final
