-- Records whose current value is not the last one of their own history.
with as_of as (
    select as_of from {{ ref('run_parameters') }}
),

opportunity_ends as (
    select changes.source_system, changes.crm_opportunity_id, max_by(changes.stage, changes.change_no) as last_value
    from {{ ref('opportunity_changes') }} as changes
    cross join as_of
    where changes.changed_at <= as_of.as_of
    group by changes.source_system, changes.crm_opportunity_id
),

lead_ends as (
    select history.source_system, history.crm_lead_id, history.new_value as last_value
    from {{ ref('crm_lead_history') }} as history
    cross join as_of
    where history.field = 'status' and history.changed_at <= as_of.as_of
    qualify row_number() over (
        partition by history.source_system, history.crm_lead_id order by history.changed_at desc nulls last, history.history_id desc nulls last
    ) = 1
),

lifecycle_ends as (
    select history.source_system, history.ma_id, history.new_value as last_value, history.changed_at, history.change_source
    from {{ ref('ma_stage_history') }} as history
    cross join as_of
    where history.property = 'lifecycle_stage' and history.changed_at <= as_of.as_of
    qualify row_number() over (
        partition by history.source_system, history.ma_id order by history.changed_at desc nulls last, history.history_id desc nulls last
    ) = 1
),

-- a merge can give its winner the loser's stage
last_merges as (
    select source_system, survivor_id, max(coalesce(merged_at, as_of.as_of)) as merged_at
    from {{ ref('ma_survivors') }}
    cross join as_of
    group by source_system, survivor_id
),

compared as (
    select
        'opportunity' as subject_type, facts.opportunity_id as subject_id, cast(null as {{ dbt.type_string() }}) as ma_record_id,
        records.crm_opportunity_id as crm_record_id, ends.last_value, records.stage as current_value, records.updated_at
    from opportunity_ends as ends
    inner join {{ ref('crm_opportunity') }} as records
        on ends.source_system = records.source_system and ends.crm_opportunity_id = records.crm_opportunity_id
    inner join {{ ref('opportunity_facts') }} as facts
        on records.source_system = facts.source_system and records.crm_opportunity_id = facts.crm_opportunity_id
    where facts.removed_as is null
    union all
    select 'person', live.person_key, null, live.record_id, ends.last_value, records.status, records.updated_at
    from lead_ends as ends
    inner join {{ ref('crm_lead') }} as records
        on ends.source_system = records.source_system and ends.crm_lead_id = records.crm_lead_id
    inner join {{ ref('live_person_records') }} as live
        on live.record_type = 'crm_lead' and records.source_system = live.source_system
        and records.crm_lead_id = live.record_id
    where not live.is_converted
    union all
    select 'person', live.person_key, live.record_id, null, ends.last_value, records.lifecycle_stage, records.updated_at
    from lifecycle_ends as ends
    inner join {{ ref('ma_person') }} as records
        on ends.source_system = records.source_system and ends.ma_id = records.ma_id
    inner join {{ ref('live_person_records') }} as live
        on live.record_type = 'ma_person' and records.source_system = live.source_system and records.ma_id = live.record_id
    left join last_merges
        on records.source_system = last_merges.source_system and records.ma_id = last_merges.survivor_id
    where coalesce(ends.change_source, '') <> 'stage date'
        and (last_merges.merged_at is null or last_merges.merged_at < ends.changed_at)
        and records.ma_id not in (select ma_record_id from {{ ref('c05_stage_without_timestamp') }})
),

final as (
    select
        compared.subject_type,
        compared.subject_id,
        compared.ma_record_id,
        compared.crm_record_id,
        case when compared.subject_type = 'opportunity' then 'crm_opportunity' else 'crm_lead' end as crm_table,
        case when compared.ma_record_id is not null then 'history ' || compared.last_value || ', now ' || coalesce(compared.current_value, '-') end as ma_value,
        case when compared.crm_record_id is not null then 'history ' || compared.last_value || ', now ' || coalesce(compared.current_value, '-') end as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        compared.updated_at as occurred_at,
        compared.updated_at as changed_at
    from compared
    where lower({{ trimmed('compared.last_value') }}) is distinct from lower({{ trimmed('compared.current_value') }})
)

select * from final
