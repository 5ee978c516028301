{#- The largest table of the warehouse: months that no new batch touches are left as they are. What is in a month is a
    function of the landing zone alone: a month is replaced whole. A replaced month also yields a row without activity, so that
    a month that has lost its last activity is emptied too; `replace_months` does not store it. -#}
{{ config(materialized='incremental', incremental_strategy='replace_months', on_schema_change='fail') }}
{%- set from_month = env_var('TASUKI_BACKFILL_FROM', '') -%}
{%- set to_month = env_var('TASUKI_BACKFILL_TO', '') %}

with landed as (
    select
        *,
        cast(date_trunc('month', occurred_at) as date) as occurred_month
    from {{ ref('ma_activity') }}
    where occurred_at is not null
),

activity_types as (
    select * from {{ ref('activity_types') }} where object = 'ma_activity'
),
{% if is_incremental() %}
held as (
    select source_system, activity_id, occurred_month, _batch_id from {{ this }}
),

held_batches as (
    select _batch_id from held group by _batch_id
),

landed_batches as (
    select batch_id from {{ source('landing', 'batches') }} group by batch_id
),

-- rows of batches the table does not know; a row without batch is always new
arrived as (
    select landed.source_system, landed.activity_id, landed.occurred_month
    from landed
    left join held_batches on landed._batch_id = held_batches._batch_id
    where held_batches._batch_id is null
),

-- rows of batches that have left the landing zone
withdrawn as (
    select held.source_system, held.activity_id, held.occurred_month
    from held
    left join landed_batches on held._batch_id = landed_batches.batch_id
    where landed_batches.batch_id is null
),

replaced_months as (
    select occurred_month from arrived
    union
    -- where a redelivered activity was before
    select held.occurred_month
    from held
    inner join arrived on held.source_system = arrived.source_system and held.activity_id = arrived.activity_id
    union
    select occurred_month from withdrawn
    union
    -- where an older delivery of a withdrawn row counts again
    select landed.occurred_month
    from landed
    inner join withdrawn on landed.source_system = withdrawn.source_system and landed.activity_id = withdrawn.activity_id
    {%- if from_month and to_month %}
    union
    select occurred_month
    from (select occurred_month from landed union select occurred_month from held) as months
    where occurred_month between cast(date_trunc('month', date '{{ from_month }}') as date) and date '{{ to_month }}'
    {%- endif %}
),
{% endif %}
mapped as (
    select
        landed.source_system,
        'ma' as activity_origin,
        landed.activity_id,
        'ma_person' as record_type,
        landed.ma_id as record_id,
        cast(null as {{ dbt.type_string() }}) as crm_opportunity_id,
        landed.campaign_id,
        landed.asset_name,
        coalesce(activity_types.activity_type, lower(landed.activity_type)) as activity_type,
        coalesce(activity_types.is_response, false) as is_response,
        false as is_human,
        case when activity_types.is_inbound then 'inbound' else 'outbound' end as direction,
        false as is_two_way,
        landed.occurred_at,
        landed.occurred_month,
        landed._batch_id
    from landed
    left join activity_types
        on landed.source_system = activity_types.source_system
        and lower(landed.activity_type) = activity_types.source_value
    {%- if is_incremental() %}
    where landed.occurred_month in (select occurred_month from replaced_months)
    {%- endif %}
),

final as (
    select * from mapped
    {%- if is_incremental() %}
    union all
    select
        {% for column in ['source_system', 'activity_origin', 'activity_id', 'record_type', 'record_id', 'crm_opportunity_id',
                          'campaign_id', 'asset_name', 'activity_type'] -%}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {% endfor -%}
        cast(null as boolean) as is_response,
        cast(null as boolean) as is_human,
        cast(null as {{ dbt.type_string() }}) as direction,
        cast(null as boolean) as is_two_way,
        cast(null as timestamp) as occurred_at,
        occurred_month,
        cast(null as {{ dbt.type_string() }}) as _batch_id
    from replaced_months
    {%- endif %}
)

select * from final
