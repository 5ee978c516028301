-- Fields the CRM computes, recomputed: expected revenue, and the flags that follow from the stage.
with records as (
    select
        opportunities.opportunity_id, records.*, mapping.is_won as stage_is_won, mapping.is_closed as stage_is_closed,
        cast(cast(records.amount as decimal(28, 2)) * records.probability as decimal(18, 2)) as recomputed
    from {{ ref('crm_opportunity') }} as records
    inner join {{ ref('con_opportunities') }} as opportunities
        on records.source_system = opportunities.source_system
        and records.crm_opportunity_id = opportunities.crm_opportunity_id
    left join {{ ref('opportunity_stages') }} as mapping
        on records.source_system = mapping.source_system and lower(records.stage) = mapping.source_value
    where opportunities.is_countable
),

found as (
    select
        *, 'expected_revenue' as detail,
        cast(expected_revenue as {{ dbt.type_string() }}) || ', recomputed ' || cast(recomputed as {{ dbt.type_string() }}) as crm_value
    from records
    where abs(expected_revenue - recomputed) > {{ mismatch_tolerance('i04_amount') }}
    union all
    select *, 'is_won', stage || ', won: ' || cast(is_won as {{ dbt.type_string() }})
    from records
    where is_won <> stage_is_won
    union all
    select *, 'is_closed', stage || ', closed: ' || cast(is_closed as {{ dbt.type_string() }})
    from records
    where is_closed <> stage_is_closed
),

final as (
    select
        'opportunity' as subject_type,
        found.opportunity_id as subject_id,
        null as ma_record_id,
        found.crm_opportunity_id as crm_record_id,
        null as ma_value,
        found.crm_value,
        found.detail,
        null as amount_at_stake,
        least(coalesce(found.updated_at, found.created_at), run_parameters.as_of) as occurred_at
    from found
    cross join {{ ref('run_parameters') }} as run_parameters
)

select * from final
