{# New leads as the teams count them: MA person records, and CRM leads, each on the day it was created; merged and deleted ones too. #}
with records as (
    select * from {{ ref('person_records') }} where record_type in ('ma_person', 'crm_lead')
),

-- what the MA no longer shows is known by its history alone
first_stages as (
    select source_system, ma_id, min(changed_at) as first_changed_at from {{ ref('ma_stage_history') }} group by source_system, ma_id
),

merged as (
    select source_system, 'ma_person' as record_type, loser_id as record_id from {{ ref('ma_merge') }}
    union
    select source_system, 'crm_lead', crm_lead_id from {{ ref('crm_lead') }} where master_record_id is not null
),

countable as (
    select person_key, is_countable, exclusion_reason from {{ ref('countable_people') }}
),

people as (
    select person_key, first_seen_at from {{ ref('con_people') }}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

seen as (
    select
        records.*,
        coalesce(records.created_at, case when records.record_type = 'ma_person' then first_stages.first_changed_at end) as seen_at
    from records
    left join first_stages on records.source_system = first_stages.source_system and records.record_id = first_stages.ma_id
),

-- the tool that was exported later has records that the shared view cannot know yet
dated as (
    select seen.*, {{ business_date('seen.seen_at') }} as counted_on
    from seen
    cross join run_parameters
    where seen.seen_at <= run_parameters.as_of
),

final as (
    select
        'person' as subject_type,
        dated.person_key as subject_id,
        case when dated.record_type = 'ma_person' then 'marketing' else 'sales' end as view,
        '' as member,
        dated.counted_on,
        cast(1 as decimal(18, 2)) as numerator,
        dated.node_id as row_id,
        dated.source_system,
        dated.record_type as source_record_type,
        dated.record_id as source_record_id,
        merged.record_id is not null as is_merged_record,
        {{ bridge_reasons({
            "'excluded_' || countable.exclusion_reason": 'not countable.is_countable',
            "'undated'": 'people.person_key is not null and people.first_seen_at is null',
        }) }} as uncounted_reasons
    from dated
    left join countable on dated.person_key = countable.person_key
    left join people on dated.person_key = people.person_key
    left join merged
        on dated.source_system = merged.source_system
            and dated.record_type = merged.record_type
            and dated.record_id = merged.record_id
)

select * from final
