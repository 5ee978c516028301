{# MQLs as the teams count them: marketing every time its tool says so, sales the CRM leads that carry an MA id, once they came in. #}
with ma_events as (
    select stage_event_id, lead_id, occurred_on, source_system, source_record_id
    from {{ ref('con_stage_events') }}
    where stage = 'mql' and source_record_type = 'ma_person' and not is_inferred
),

linked_leads as (
    select source_system, crm_lead_id, master_record_id is not null as is_merged_record
    from {{ ref('crm_lead') }}
    where ma_id <> ''
),

first_entries as (
    select lead_id, received_on, source_system, crm_lead_id
    from {{ ref('stage_received') }}
    qualify row_number() over (partition by source_system, crm_lead_id order by received_at nulls last, lead_id nulls last, in_rank nulls last) = 1
),

views as (
    select
        'marketing' as view, lead_id, occurred_on as counted_on, stage_event_id as row_id, source_system,
        'ma_person' as source_record_type, source_record_id,
        exists (
            select 1 from {{ ref('ma_merge') }} as merges
            where ma_events.source_system = merges.source_system and ma_events.source_record_id = merges.loser_id
        ) as is_merged_record
    from ma_events
    union all
    select
        'sales', first_entries.lead_id, first_entries.received_on,
        linked_leads.source_system || '|' || linked_leads.crm_lead_id, linked_leads.source_system,
        'crm_lead', linked_leads.crm_lead_id, linked_leads.is_merged_record
    from first_entries
    join linked_leads on first_entries.source_system = linked_leads.source_system and first_entries.crm_lead_id = linked_leads.crm_lead_id
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
        views.is_merged_record,
        {{ bridge_reasons({
            "'excluded_' || leads.exclusion_reason": 'not leads.is_countable',
            "'no_mql'": 'leads.lead_id is not null and leads.mql_on is null',
        }) }} as uncounted_reasons
    from views
    left join {{ ref('lead_facts') }} as leads on views.lead_id = leads.lead_id
)

select * from final
