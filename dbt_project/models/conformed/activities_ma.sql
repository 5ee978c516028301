{#- The largest table of the warehouse: it holds what an activity says itself, so that what is in a month is a function of the landed
    events alone, and months that no new batch touches are left as they are. A touched month is replaced whole; it also yields a row
    without activity, so that a month that has lost its last one is emptied too; `replace_months` does not store that row. -#}
{{ config(materialized='incremental', incremental_strategy='replace_months', on_schema_change='fail') }}
{%- set activities, batches = ref('ma_activity'), source('landing', 'batches') -%}
{%- set touched = touched_months(activities, batches) if execute and is_incremental() else none %}

with landed as (
    select
        *,
        cast(date_trunc('month', occurred_at) as date) as occurred_month
    from {{ activities }}
    where occurred_at is not null
        {%- if touched %} and {{ touched.rows }}{% endif %}
),

activity_types as (
    select * from {{ ref('activity_types') }} where object = 'ma_activity'
),

mapped as (
    select
        landed.source_system,
        landed.activity_id,
        landed.ma_id,
        case when landed.ma_id is null then landed.email end as email,
        landed.campaign_id,
        landed.asset_name,
        coalesce(activity_types.activity_type, lower(landed.activity_type)) as activity_type,
        coalesce(activity_types.is_response, false) as is_response,
        coalesce(activity_types.is_inbound, false) as is_inbound,
        landed.occurred_at,
        landed.occurred_month,
        landed._batch_id
    from landed
    left join activity_types
        on landed.source_system = activity_types.source_system
        and lower(landed.activity_type) = activity_types.source_value
    {%- if touched %}
    where {{ among('landed.occurred_month', touched.months) }}
    {%- endif %}
),

final as (
    select * from mapped
    {%- for month in (touched.months if touched else []) %}
    union all
    select
        {% for column in ['source_system', 'activity_id', 'ma_id', 'email', 'campaign_id', 'asset_name', 'activity_type'] -%}
        cast(null as {{ dbt.type_string() }}) as {{ column }},
        {% endfor -%}
        cast(null as boolean) as is_response,
        cast(null as boolean) as is_inbound,
        cast(null as timestamp) as occurred_at,
        {{ month }} as occurred_month,
        cast(null as {{ dbt.type_string() }}) as _batch_id
    {%- endfor %}
)

select * from final
