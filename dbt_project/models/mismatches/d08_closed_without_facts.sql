-- Closed opportunities that do not say when they were won or why they were lost, of systems that record it at all.
with opportunities as (
    select * from {{ ref('con_opportunities') }}
),

systems as (
    select
        source_system,
        bool_or(close_on is not null) as has_close_dates,
        bool_or(loss_reason is not null or competitor is not null) as has_reasons
    from opportunities
    group by source_system
),

lacking as (
    select
        opportunities.*,
        case when opportunities.stage_code = 'won' then 'close_date' else 'loss_reason' end as lacks
    from opportunities
    inner join systems on opportunities.source_system = systems.source_system
    inner join {{ ref('crm_opportunity') }} as records
        on opportunities.source_system = records.source_system
        and opportunities.crm_opportunity_id = records.crm_opportunity_id
        -- what the record says of a stage that it has left since is not of this one
        and lower(records.stage) is not distinct from lower(opportunities.stage)
    where opportunities.is_countable
        and (
            (opportunities.stage_code = 'won' and opportunities.close_on is null and systems.has_close_dates)
            or (
                opportunities.stage_code = 'lost' and opportunities.loss_reason is null and opportunities.competitor is null
                and systems.has_reasons
            )
        )
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        null as ma_record_id,
        crm_opportunity_id as crm_record_id,
        null as ma_value,
        stage as crm_value,
        lacks as detail,
        null as amount_at_stake,
        closed_at as occurred_at,
        closed_at as changed_at
    from lacking
)

select * from final
