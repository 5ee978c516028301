{# What became of each CRM lead: into inside sales's hands (is_entry), accepted there, out of them again (is_exit). Of events in the same
   instant, a return to marketing comes before a new receipt, and conversion, deletion and merge come last. #}
with events as (
    select * from {{ ref('con_stage_events') }}
),

final as (
    select
        stage_event_id,
        source_system,
        source_record_id as crm_lead_id,
        person_key,
        occurred_at as state_at,
        stage,
        stage = 'received' as is_entry,
        stage not in ('received', 'accepted') as is_exit,
        case
            when stage in ('rejected', 'disqualified', 'recycled') then 1
            when stage in ('received', 'accepted') then 2
            else 3
        end as tie_rank
    from events
    where source_record_type = 'crm_lead'
        and (
            is_entry
            or stage in ('accepted', 'rejected', 'disqualified', 'recycled', 'converted', 'deleted', 'merged_away')
        )
)

select * from final
