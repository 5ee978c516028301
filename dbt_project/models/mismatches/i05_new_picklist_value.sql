-- Values of stages, statuses, activity types and outcomes that no seed knows: whoever has one stands nowhere, was never called or answered.
-- Outcomes of very many such values are free text.
with used as (
    select source_system, 'person' as object, 'lifecycle_stage' as field, lower(lifecycle_stage) as value, updated_at as seen_at from {{ ref('ma_person') }}
    union all
    select source_system, 'person', 'lifecycle_stage', lower(new_value), changed_at from {{ ref('ma_stage_history') }} where property = 'lifecycle_stage'
    union all
    select source_system, 'lead', 'status', lower(status), updated_at from {{ ref('crm_lead') }}
    union all
    select source_system, 'lead', 'status', lower(new_value), changed_at from {{ ref('crm_lead_history') }} where field = 'status'
    union all
    select source_system, 'opportunity', 'stage', lower(stage), updated_at from {{ ref('crm_opportunity') }}
    union all
    select source_system, 'opportunity', 'stage', lower(stage), changed_at from {{ ref('crm_opportunity_history') }}
    union all
    select source_system, 'crm_activity', 'activity_type', lower(activity_type), occurred_at from {{ ref('crm_activity') }}
    union all
    select source_system, 'crm_activity', 'outcome', lower(outcome), occurred_at from {{ ref('crm_activity') }}
    union all
    select source_system, 'ma_activity', 'activity_type', activity_type, occurred_at from {{ ref('activities_ma') }}
),

counted as (
    select source_system, object, field, value, count(*) as use_cnt, min(seen_at) as first_at
    from used
    where value is not null
    group by source_system, object, field, value
),

known as (
    select source_system, object, field, source_value from {{ ref('lead_stage_mapping') }}
    union
    select source_system, 'opportunity', 'stage', source_value from {{ ref('opportunity_stages') }}
    union
    select source_system, object, 'activity_type', source_value from {{ ref('activity_types') }} where object = 'crm_activity'
    union
    -- those that are mapped are there under the mapped name
    select source_system, object, 'activity_type', activity_type from {{ ref('activity_types') }} where object = 'ma_activity'
    union
    select systems.source_system, 'crm_activity', 'outcome', outcomes.source_value
    from (select distinct source_system from counted where field = 'outcome') as systems
    cross join {{ ref('activity_outcomes') }} as outcomes
    union
    select source_system, object, field, source_value from {{ ref('known_values') }}
),

unknown as (
    select counted.*, count(*) over (partition by counted.source_system, counted.object, counted.field) as value_cnt
    from counted
    left join known
        on counted.source_system = known.source_system
        and counted.object = known.object
        and counted.field = known.field
        and counted.value = known.source_value
    where known.source_value is null
),

final as (
    select
        'feed' as subject_type,
        unknown.source_system as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        case when unknown.object in ('person', 'ma_activity') then cast(unknown.use_cnt as {{ dbt.type_string() }}) || ' times' end as ma_value,
        case when unknown.object not in ('person', 'ma_activity') then cast(unknown.use_cnt as {{ dbt.type_string() }}) || ' times' end as crm_value,
        unknown.source_system || ' ' || unknown.object || ' ' || unknown.field || '=' || unknown.value as detail,
        null as amount_at_stake,
        least(unknown.first_at, run_parameters.as_of) as occurred_at
    from unknown
    cross join {{ ref('run_parameters') }} as run_parameters
    where unknown.field <> 'outcome' or unknown.value_cnt <= {{ mismatch_tolerance('i05_values') }}
)

select * from final
