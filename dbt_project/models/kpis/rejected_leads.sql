{# Handed-over lead cycles that inside sales rejected: when first, and whether the lead that it rejected first says why: by one of
   the codes of its system, where seeds/known_values.csv lists them. #}
with leads as (
    select lead_id, handed_over_on from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null
),

first_rejections as (
    select lead_id, source_system, source_record_id, occurred_on as rejected_on
    from {{ ref('con_stage_events') }}
    where stage = 'rejected' and subject_type = 'lead_cycle'
    qualify row_number() over (
        partition by lead_id order by occurred_at nulls last, source_system nulls last, source_record_id nulls last
    ) = 1
),

crm_leads as (
    select source_system, crm_lead_id, reject_reason from {{ ref('crm_lead') }}
),

codes as (
    select source_system, source_value from {{ ref('known_values') }} where object = 'lead' and field = 'reject_reason'
),

final as (
    select
        leads.lead_id,
        first_rejections.rejected_on,
        crm_leads.reject_reason is not null
        and (codes.source_value is not null or crm_leads.source_system not in (select source_system from codes)) as has_reason
    from leads
    join first_rejections on leads.lead_id = first_rejections.lead_id
    left join crm_leads
        on first_rejections.source_system = crm_leads.source_system
            and first_rejections.source_record_id = crm_leads.crm_lead_id
    left join codes on crm_leads.source_system = codes.source_system and lower({{ trimmed('crm_leads.reject_reason') }}) = codes.source_value
)

select * from final
