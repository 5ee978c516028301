-- CRM leads as they stood at as_of, with their person; a conversion without a time takes the best time the records have: of one that is only a date
-- the last of what else is known of that day, never before the lead's creation.
with as_of as (
    select as_of from {{ ref('run_parameters') }}
),

leads as (
    select * from {{ ref('crm_lead') }}
),

persons as (
    select source_system, record_id, person_key from {{ ref('person_records') }} where record_type = 'crm_lead'
),

conversions as (
    select source_system, crm_lead_id, min(changed_at) as changed_at
    from {{ ref('crm_lead_history') }}
    where field = 'converted'
    group by source_system, crm_lead_id
),

last_statuses as (
    select source_system, crm_lead_id, max(changed_at) as changed_at
    from {{ ref('crm_lead_history') }}
    where field = 'status'
    group by source_system, crm_lead_id
),

opportunities as (
    select
        source_system,
        crm_opportunity_id,
        coalesce(created_at, closed_at, {{ business_day_start('close_on') }}) as known_at
    from {{ ref('crm_opportunity') }}
),

dated as (
    select
        leads.*,
        persons.person_key,
        case when coalesce(leads.is_converted, false) then
            coalesce(
                leads.converted_at,
                conversions.changed_at,
                case when leads.converted_on is not null then greatest(
                    leads.created_at,
                    {{ known_by_day('leads.converted_on', [
                        'leads.assigned_at', 'leads.accepted_at', 'last_statuses.changed_at', 'opportunities.known_at'
                    ]) }}
                ) end,
                opportunities.known_at, leads.updated_at, leads.created_at
            )
        end as best_converted_at,
        case
            when leads.master_record_id is not null then 'merged_away'
            when coalesce(leads.is_deleted, false) then 'deleted'
        end as best_removed_as,
        coalesce(leads.deleted_at, leads.updated_at) as best_removed_at,
        coalesce(leads.converted_at, conversions.changed_at) as told_converted_at
    from leads
    left join persons on leads.source_system = persons.source_system and leads.crm_lead_id = persons.record_id
    left join conversions
        on leads.source_system = conversions.source_system and leads.crm_lead_id = conversions.crm_lead_id
    left join last_statuses
        on leads.source_system = last_statuses.source_system and leads.crm_lead_id = last_statuses.crm_lead_id
    left join opportunities
        on leads.source_system = opportunities.source_system
        and leads.converted_opportunity_id = opportunities.crm_opportunity_id
),

final as (
    select
        dated.source_system,
        dated.crm_lead_id,
        dated.person_key,
        dated.status,
        dated.campaign_id,
        dated.created_at,
        dated.updated_at,
        dated.assigned_at,
        dated.accepted_at,
        case when dated.best_converted_at <= as_of.as_of then dated.best_converted_at end as converted_at,
        case when dated.best_converted_at <= as_of.as_of then dated.converted_opportunity_id end as converted_opportunity_id,
        case when dated.best_removed_at <= as_of.as_of then dated.best_removed_as end as removed_as,
        case
            when dated.best_removed_as is not null and dated.best_removed_at <= as_of.as_of then dated.best_removed_at
        end as removed_at,
        -- what a status says after the record's end is void; a conversion that is only a date ends nothing within its day
        least(
            coalesce(dated.told_converted_at, as_of.as_of + interval '1' day),
            coalesce(case when dated.best_removed_as is not null then dated.best_removed_at end, as_of.as_of + interval '1' day)
        ) as ended_at
    from dated
    cross join as_of
    where dated.created_at is null or dated.created_at <= as_of.as_of
)

select * from final
