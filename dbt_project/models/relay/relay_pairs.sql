{# Each OUT with the IN of its unit, and each IN that answers to no OUT. Both sides were derived from their own records. #}
{{ config(materialized='view') }}

with outs as (
    select * from {{ ref('relay_b1_out') }}
    union all
    select * from {{ ref('relay_b2_out') }}
    union all
    select * from {{ ref('relay_b3_out') }}
),

ins as (
    select * from {{ ref('relay_b1_in') }}
    union all
    select * from {{ ref('relay_b2_in') }}
    union all
    select * from {{ ref('relay_b3_in') }}
),

with_out as (
    select
        {{ string_hash(['outs.boundary', "'out'", 'outs.out_key', 'outs.opportunity_id']) }} as handoff_id,
        outs.boundary,
        outs.unit_id,
        outs.lead_id,
        outs.opportunity_id,
        coalesce(outs.contract_id, ins.contract_id) as contract_id,
        outs.out_at,
        outs.out_on,
        outs.out_system,
        outs.out_record_id,
        outs.out_rank,
        ins.in_at,
        ins.in_system,
        ins.in_record_type,
        ins.in_record_id,
        ins.in_status,
        ins.in_rank,
        ins.record_key,
        'relay' as origin
    from outs
    left join ins on outs.boundary = ins.boundary and outs.unit_id = ins.unit_id and ins.in_rank = 1
),

without_out as (
    select
        {{ string_hash(['ins.boundary', "'in'", 'ins.unit_id', 'ins.record_key', 'ins.in_record_rank']) }} as handoff_id,
        ins.boundary,
        ins.unit_id,
        ins.lead_id,
        ins.opportunity_id,
        ins.contract_id,
        cast(null as timestamp) as out_at,
        cast(null as date) as out_on,
        cast(null as {{ dbt.type_string() }}) as out_system,
        cast(null as {{ dbt.type_string() }}) as out_record_id,
        cast(null as bigint) as out_rank,
        ins.in_at,
        ins.in_system,
        ins.in_record_type,
        ins.in_record_id,
        ins.in_status,
        ins.in_rank,
        ins.record_key,
        -- a second IN is of the relay as its unit is
        case when ins.in_rank > 1 and outs.unit_id is not null then 'relay' else ins.declared_origin end as origin
    from ins
    left join outs on ins.boundary = outs.boundary and ins.unit_id = outs.unit_id and outs.out_rank = 1
    where ins.in_rank is null or ins.in_rank > 1 or outs.unit_id is null
),

final as (
    select * from with_out
    union all
    select * from without_out
)

select * from final
