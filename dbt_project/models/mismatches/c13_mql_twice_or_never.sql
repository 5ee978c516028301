-- MQLs that a cycle counts twice, and cycles of returning people that were handed over without a new one.
with mqls as (
    select
        events.lead_id, events.person_key, events.source_record_id, events.occurred_at,
        row_number() over (partition by events.lead_id order by events.occurred_at nulls last, events.source_record_id nulls last, events.source_event_id nulls last) as place
    from {{ ref('stage_events_observed') }} as events
    inner join {{ ref('countable_people') }} as countable
        on events.person_key = countable.person_key and countable.is_countable
    where events.stage = 'mql'
),

first_mqls as (
    select person_key, min(occurred_at) as occurred_at
    from mqls
    group by person_key
),

never_again as (
    select handovers.lead_id, handovers.source_record_id, handovers.handed_over_at as occurred_at
    from {{ ref('stage_handed_over') }} as handovers
    inner join first_mqls
        on handovers.person_key = first_mqls.person_key and first_mqls.occurred_at <= handovers.handed_over_at
    left join mqls on handovers.lead_id = mqls.lead_id
    where mqls.lead_id is null
),

found as (
    select lead_id, source_record_id, occurred_at, 'MQL again in one cycle' as fault from mqls where place > 1
    union all
    select lead_id, source_record_id, occurred_at, 'handed over without a new MQL' from never_again
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        source_record_id as ma_record_id,
        cast(null as {{ dbt.type_string() }}) as crm_record_id,
        fault as ma_value,
        cast(null as {{ dbt.type_string() }}) as crm_value,
        {{ instant_text('occurred_at') }} as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        occurred_at
    from found
)

select * from final
