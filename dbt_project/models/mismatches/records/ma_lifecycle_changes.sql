-- Each change of an MA record's lifecycle to a value that claims a stage, with the claim before it. Values that claim none are passed over.
with history as (
    select * from {{ ref('ma_stage_history') }} where property = 'lifecycle_stage'
),

claims as (
    select claims.source_system, claims.source_value, claims.stage, stages.stage_order
    from {{ ref('lifecycle_stages') }} as claims
    inner join {{ ref('lead_stages') }} as stages on claims.stage = stages.stage
),

final as (
    select
        history.source_system,
        history.history_id,
        history.ma_id,
        history.changed_at,
        history.new_value,
        claims.stage,
        claims.stage_order,
        lag(history.new_value) over record_history as previous_value,
        lag(claims.stage) over record_history as previous_stage,
        lag(claims.stage_order) over record_history as previous_order,
        lag(history.changed_at) over record_history as previous_changed_at
    from history
    cross join {{ ref('run_parameters') }} as run_parameters
    inner join claims
        on history.source_system = claims.source_system and lower(history.new_value) = claims.source_value
    where history.changed_at <= run_parameters.as_of
    window record_history as (
        partition by history.source_system, history.ma_id order by history.changed_at nulls last, history.history_id nulls last
    )
)

select * from final
