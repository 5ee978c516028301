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
        lacking.opportunity_id as subject_id,
        null as ma_record_id,
        lacking.crm_opportunity_id as crm_record_id,
        null as ma_value,
        lacking.stage as crm_value,
        lacking.lacks as detail,
        null as amount_at_stake,
        lacking.closed_at as occurred_at
    from lacking
    cross join {{ ref('run_parameters') }} as run_parameters
    where {{ add_seconds('lacking.closed_at', '3600 * ' ~ mismatch_tolerance('d08_hours')) }} < run_parameters.as_of
)

select * from final
