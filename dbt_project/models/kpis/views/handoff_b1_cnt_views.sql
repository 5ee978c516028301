{# Handed-over leads as the teams count them: marketing every time its tool says so, sales every time a CRM lead came into its hands. #}
with ma_events as (
    select stage_event_id, lead_id, occurred_on, source_system, source_record_id
    from {{ ref('con_stage_events') }}
    where stage = 'handed_over' and source_record_type = 'ma_person'
),

entries as (
    select * from {{ ref('stage_received') }}
),

merged as (
    select source_system, 'ma_person' as record_type, loser_id as record_id from {{ ref('ma_merge') }}
    union
    select source_system, 'crm_lead', crm_lead_id from {{ ref('crm_lead') }} where master_record_id is not null
),

-- what the relay takes a cycle for that came in without a handover
inflows as (
    select lead_id, min(classification) as classification
    from {{ ref('relay_handoffs') }}
    where boundary = 'B1' and out_at is null and classification in ('declared_non_relay', 'invented')
    group by lead_id
),

views as (
    select
        'marketing' as view, lead_id, occurred_on as counted_on, stage_event_id as row_id, source_system,
        'ma_person' as source_record_type, source_record_id
    from ma_events
    union all
    select
        'sales', lead_id, received_on, lead_id || '|' || cast(in_rank as {{ dbt.type_string() }}), source_system,
        'crm_lead', crm_lead_id
    from entries
),

final as (
    select
        'lead_cycle' as subject_type,
        views.lead_id as subject_id,
        views.view,
        '' as member,
        views.counted_on,
        cast(1 as decimal(18, 2)) as numerator,
        views.row_id,
        views.source_system,
        views.source_record_type,
        views.source_record_id,
        merged.record_id is not null as is_merged_record,
        {{ bridge_reasons({
            "'excluded_' || leads.exclusion_reason": 'not leads.is_countable',
            'inflows.classification': 'leads.handed_over_on is null',
            "'not_handed_over'": 'leads.handed_over_on is null and inflows.lead_id is null',
        }) }} as uncounted_reasons
    from views
    left join {{ ref('lead_facts') }} as leads on views.lead_id = leads.lead_id
    left join inflows on views.lead_id = inflows.lead_id
    left join merged
        on views.source_system = merged.source_system
            and views.source_record_type = merged.record_type
            and views.source_record_id = merged.record_id
)

select * from final
