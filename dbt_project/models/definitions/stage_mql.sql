-- MQL: the first in a cycle. A cycle that was handed over without one, or before it, became an MQL at the handover (inferred).
with observed as (
    select lead_id, min(occurred_at) as mql_at
    from {{ ref('stage_events_observed') }}
    where stage = 'mql' and subject_type = 'lead_cycle'
    group by lead_id
),

handed_over as (
    select lead_id, handed_over_at from {{ ref('stage_handed_over') }}
),

joined as (
    select
        coalesce(observed.lead_id, handed_over.lead_id) as lead_id,
        coalesce(observed.mql_at > handed_over.handed_over_at, observed.mql_at is null) as is_inferred,
        observed.mql_at,
        handed_over.handed_over_at
    from observed
    full outer join handed_over on observed.lead_id = handed_over.lead_id
),

final as (
    select
        lead_id,
        case when is_inferred then handed_over_at else mql_at end as mql_at,
        {{ business_date('case when is_inferred then handed_over_at else mql_at end') }} as mql_on,
        is_inferred
    from joined
)

select * from final
