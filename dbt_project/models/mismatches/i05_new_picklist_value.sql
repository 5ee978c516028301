-- Values of stages and statuses that no seed knows: whoever has one stands nowhere.
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
    select source_system, object, field, source_value from {{ ref('known_values') }}
),

final as (
    select
        'feed' as subject_type,
        counted.source_system as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        case when counted.object = 'person' then cast(counted.use_cnt as {{ dbt.type_string() }}) || ' times' end as ma_value,
        case when counted.object <> 'person' then cast(counted.use_cnt as {{ dbt.type_string() }}) || ' times' end as crm_value,
        counted.source_system || ' ' || counted.object || ' ' || counted.field || '=' || counted.value as detail,
        null as amount_at_stake,
        least(counted.first_at, run_parameters.as_of) as occurred_at
    from counted
    cross join {{ ref('run_parameters') }} as run_parameters
    left join known
        on counted.source_system = known.source_system
        and counted.object = known.object
        and counted.field = known.field
        and counted.value = known.source_value
    where known.source_value is null
)

select * from final
