-- People whose lead field sales has taken over, and whom the MA still keeps at MQL or below.
with conversions as (
    select events.lead_id, events.person_key, events.source_record_id as crm_lead_id, events.occurred_at
    from {{ ref('stage_events_observed') }} as events
    inner join {{ ref('lead_cycles') }} as cycles on events.lead_id = cycles.lead_id
    cross join {{ ref('run_parameters') }} as run_parameters
    where events.stage = 'converted'
        and events.occurred_at <= {{ cross_system_cutoff('ma', 'crm') }}
        and (cycles.closed_at is null or cycles.closed_at > run_parameters.as_of)
    qualify row_number() over (
        partition by events.lead_id order by events.occurred_at desc nulls last, events.source_record_id desc nulls last
    ) = 1
),

claims as (
    select
        *,
        max(claimed_order) over (partition by person_key) as highest_order,
        row_number() over (partition by person_key order by created_at nulls last, ma_id nulls last) as place
    from {{ ref('ma_claimed_stages') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        conversions.lead_id as subject_id,
        claims.ma_id as ma_record_id,
        conversions.crm_lead_id as crm_record_id,
        claims.lifecycle_stage as ma_value,
        'converted' as crm_value,
        '' as detail,
        cast(null as decimal(18, 2)) as amount_at_stake,
        conversions.occurred_at
    from conversions
    inner join claims on conversions.person_key = claims.person_key and claims.place = 1
    inner join {{ ref('lead_stages') }} as mql on mql.stage = 'mql'
    where claims.highest_order <= mql.stage_order
)

select * from final
