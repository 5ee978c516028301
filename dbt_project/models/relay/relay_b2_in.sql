{# B2, the receiver's side: opportunities, at their creation and whenever a closed one opens again. The type of the business says more about
   its origin than the lead source. #}
with opportunities as (
    -- one whose source tells no creation time is taken as there when it is first known of
    select *, coalesce(created_at, closed_at) as known_at from {{ ref('con_opportunities') }}
    where coalesce(created_at, closed_at) is not null
),

reopened as (
    select * from {{ ref('relay_b2_reopened') }}
),

origins as (
    select object, source_value, origin from {{ ref('origins') }}
),

entries as (
    select opportunity_id, known_at as in_at, cast(1 as bigint) as in_rank, cast(1 as bigint) as in_record_rank from opportunities
    union all
    -- no second coming of the baton: the opportunity came from the closed ones
    select opportunity_id, reopened_at, cast(null as bigint), reopening_no + 1 from reopened
),

final as (
    select
        'B2' as boundary,
        opportunities.opportunity_id as unit_id,
        opportunities.lead_id,
        opportunities.opportunity_id,
        cast(null as {{ dbt.type_string() }}) as contract_id,
        entries.in_at,
        opportunities.source_system as in_system,
        'crm_opportunity' as in_record_type,
        opportunities.crm_opportunity_id as in_record_id,
        opportunities.opportunity_id as record_key,
        opportunities.stage_code as in_status,
        case
            when entries.in_rank is null then 'reopened'
            else coalesce(types.origin, lead_sources.origin, 'undeclared')
        end as declared_origin,
        entries.in_rank,
        entries.in_record_rank
    from entries
    join opportunities on entries.opportunity_id = opportunities.opportunity_id
    left join origins as types
        on types.object = 'opportunity_type' and lower({{ trimmed('opportunities.opportunity_type') }}) = types.source_value
    left join origins as lead_sources
        on lead_sources.object = 'lead_source' and lower({{ trimmed('opportunities.lead_source') }}) = lead_sources.source_value
    where 'B2' in (select boundary from {{ ref('relay_boundaries') }})
)

select * from final
