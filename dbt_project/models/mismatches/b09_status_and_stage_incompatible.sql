-- Lead statuses and MA stages that cannot stand side by side. Which pairs may: seeds/stage_status_pairs.csv.
with pairs as (
    select
        ma_people.person_key,
        ma_people.ma_id,
        leads.crm_lead_id,
        ma_people.lifecycle_stage,
        ma_people.stage as ma_stage,
        ma_people.stage_since as ma_since,
        ma_people.created_at as ma_created_at,
        leads.status,
        leads.stage as crm_stage,
        leads.stage_since as crm_since
    from {{ ref('ma_crm_pairs') }} as pairs
    inner join {{ ref('live_ma_people') }} as ma_people
        on pairs.ma_system = ma_people.source_system and pairs.ma_id = ma_people.ma_id
    inner join {{ ref('live_crm_leads') }} as leads
        on pairs.crm_table = 'crm_lead' and pairs.crm_system = leads.source_system and pairs.crm_record_id = leads.crm_lead_id
    where ma_people.stage is not null and leads.stage is not null
),

final as (
    select
        'person' as subject_type,
        pairs.person_key as subject_id,
        pairs.ma_id as ma_record_id,
        pairs.crm_lead_id as crm_record_id,
        pairs.lifecycle_stage as ma_value,
        pairs.status as crm_value,
        '' as detail,
        null as amount_at_stake,
        greatest(pairs.ma_since, pairs.crm_since) as occurred_at,
        greatest(pairs.ma_since, pairs.crm_since) as changed_at
    from pairs
    left join {{ ref('stage_status_pairs') }} as allowed on pairs.ma_stage = allowed.ma_stage and pairs.crm_stage = allowed.crm_stage
    where allowed.ma_stage is null
        -- otherwise the later of the two speaks of another cycle
        and case when pairs.crm_stage in ('received', 'accepted') then pairs.ma_since > pairs.crm_since else pairs.crm_since > pairs.ma_since end
        -- a connector makes an MA record of sales's own lead, and a lead in hands may fill in a form: the MA did not take the person back
        and not (pairs.ma_stage = 'inquiry' and pairs.crm_stage in ('received', 'accepted') and coalesce(pairs.ma_created_at > pairs.crm_since, false))
)

select * from final
