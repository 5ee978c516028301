{# B1, the giver's side: lead cycles that marketing handed over. #}
{{ config(materialized='view') }}

with handed_over as (
    select * from {{ ref('stage_handed_over') }}
),

final as (
    select
        'B1' as boundary,
        lead_id as unit_id,
        lead_id as out_key,
        lead_id,
        cast(null as {{ dbt.type_string() }}) as opportunity_id,
        cast(null as {{ dbt.type_string() }}) as contract_id,
        handed_over_at as out_at,
        handed_over_on as out_on,
        source_system as out_system,
        source_record_id as out_record_id,
        cast(1 as bigint) as out_rank
    from handed_over
    where 'B1' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
