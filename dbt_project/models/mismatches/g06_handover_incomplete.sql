-- Won opportunities that hand customer success less than what their system asks for: scope, stakeholders, promises.
with records as (
    select * from {{ ref('crm_opportunity') }}
),

systems as (
    select
        source_system,
        bool_or(handover_scope is not null) as has_scope,
        bool_or(handover_stakeholders is not null) as has_stakeholders,
        bool_or(handover_promises is not null) as has_promises
    from records
    group by source_system
),

won as (
    select
        opportunities.opportunity_id,
        opportunities.crm_opportunity_id,
        opportunities.won_at,
        concat_ws(
            ', ',
            case when systems.has_scope and records.handover_scope is null then 'scope' end,
            case when systems.has_stakeholders and records.handover_stakeholders is null then 'stakeholders' end,
            case when systems.has_promises and records.handover_promises is null then 'promises' end
        ) as lacking
    from {{ ref('con_opportunities') }} as opportunities
    inner join records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
    inner join systems on opportunities.source_system = systems.source_system
    where opportunities.is_countable and opportunities.is_won
),

final as (
    select
        'opportunity' as subject_type,
        won.opportunity_id as subject_id,
        null as ma_record_id,
        won.crm_opportunity_id as crm_record_id,
        null as ma_value,
        'without ' || won.lacking as crm_value,
        '' as detail,
        null as amount_at_stake,
        won.won_at as occurred_at
    from won
    cross join {{ ref('run_parameters') }} as run_parameters
    where won.lacking <> ''
        and {{ add_seconds('won.won_at', '3600 * ' ~ mismatch_tolerance('g06_hours')) }} < run_parameters.as_of
)

select * from final
