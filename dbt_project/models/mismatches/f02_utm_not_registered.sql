-- UTM values that are not in the naming registry, letter for letter. One row per system, parameter and value.
with live as (
    select persons.*
    from {{ ref('ma_person') }} as persons
    inner join {{ ref('live_person_records') }} as records
        on persons.source_system = records.source_system
        and records.record_type = 'ma_person'
        and persons.ma_id = records.record_id
    where records.is_countable
),

used as (
    select source_system, 'utm_source' as parameter, utm_source as value, created_at from live
    union all
    select source_system, 'utm_medium', utm_medium, created_at from live
    union all
    select source_system, 'utm_campaign', utm_campaign, created_at from live
),

counted as (
    select source_system, parameter, value, count(*) as record_cnt, min(created_at) as first_at
    from used
    where value is not null
    group by source_system, parameter, value
),

registry as (
    select * from {{ ref('utm_registry') }}
),

spellings as (
    select parameter, lower(value) as in_lower_case, min(value) as value from registry group by parameter, lower(value)
),

parameters as (
    select parameter from registry group by parameter
),

final as (
    select
        'campaign' as subject_type,
        null as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        cast(counted.record_cnt as {{ dbt.type_string() }}) || ' records' || coalesce(', registered as ' || near.value, '') as ma_value,
        null as crm_value,
        counted.source_system || ' ' || counted.parameter || '=' || counted.value as detail,
        null as amount_at_stake,
        counted.first_at as occurred_at
    from counted
    inner join parameters on counted.parameter = parameters.parameter
    left join registry on counted.parameter = registry.parameter and counted.value = registry.value
    left join spellings as near
        on counted.parameter = near.parameter and lower({{ trimmed('counted.value') }}) = near.in_lower_case
    where registry.value is null
)

select * from final
