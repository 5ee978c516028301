-- Hot: at the handover (else at the MQL) the score was high enough, the persona is a target where the threshold asks for one, and the
-- person had responded recently. Thresholds: seeds/hot_lead_thresholds.csv, in force on that day.
with cycles as (
    select
        cycles.lead_id,
        cycles.person_key,
        coalesce(handed_over.handed_over_at, mqls.mql_at) as evaluated_at,
        {{ business_date('coalesce(handed_over.handed_over_at, mqls.mql_at)') }} as evaluated_on
    from {{ ref('lead_cycles') }} as cycles
    left join {{ ref('stage_handed_over') }} as handed_over on cycles.lead_id = handed_over.lead_id
    left join {{ ref('stage_mql') }} as mqls on cycles.lead_id = mqls.lead_id
    where coalesce(handed_over.handed_over_at, mqls.mql_at) is not null
),

scores as (
    select
        persons.person_key,
        history.history_id,
        history.changed_at,
        {{ try_cast('history.new_value', 'decimal(18, 6)') }} as score
    from {{ ref('ma_stage_history') }} as history
    inner join {{ ref('person_records') }} as persons
        on history.source_system = persons.source_system
        and persons.record_type = 'ma_person'
        and history.ma_id = persons.record_id
    where history.property = 'score'
),

scored_people as (
    select person_key from scores group by person_key
),

scores_then as (
    select cycles.lead_id, scores.score
    from cycles
    inner join scores on cycles.person_key = scores.person_key and scores.changed_at <= cycles.evaluated_at
    qualify row_number() over (
        partition by cycles.lead_id order by scores.changed_at desc, scores.history_id desc
    ) = 1
),

responses_then as (
    select cycles.lead_id, max(timeline.occurred_at) as last_response_at
    from cycles
    inner join {{ ref('timeline') }} as timeline
        on cycles.person_key = timeline.person_key
        and timeline.kind = 'response'
        and timeline.occurred_at <= cycles.evaluated_at
    group by cycles.lead_id
),

evaluated as (
    select
        cycles.*,
        case when scored_people.person_key is null then people.current_score else scores_then.score end as score,
        coalesce(personas.is_target, false) as is_target,
        responses_then.last_response_at
    from cycles
    left join scored_people on cycles.person_key = scored_people.person_key
    left join scores_then on cycles.lead_id = scores_then.lead_id
    left join {{ ref('con_people') }} as people on cycles.person_key = people.person_key
    left join {{ ref('personas') }} as personas on cycles.person_key = personas.person_key
    left join responses_then on cycles.lead_id = responses_then.lead_id
),

judged as (
    select
        evaluated.*,
        coalesce(evaluated.score >= thresholds.min_score, false) as has_score,
        coalesce(evaluated.is_target or not thresholds.requires_target_persona, false) as has_persona,
        coalesce(
            {{ add_seconds('evaluated.last_response_at', 'thresholds.recency_days * 86400') }} >= evaluated.evaluated_at, false
        ) as is_recent
    from evaluated
    left join {{ ref('hot_lead_thresholds') }} as thresholds on {{ in_force('thresholds', 'evaluated.evaluated_on') }}
),

final as (
    select
        lead_id,
        evaluated_at,
        score,
        is_target,
        last_response_at,
        has_score,
        has_persona,
        has_score and has_persona and is_recent as is_hot
    from judged
)

select * from final
