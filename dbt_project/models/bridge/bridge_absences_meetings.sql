{# Why a team does not count a meeting, or the contract of a won deal. #}
with meetings as (
    select meeting_id, held_on from {{ ref('meetings') }}
),

removed as (
    select meeting_id from {{ ref('meetings_of_removed') }}
),

contracts as (
    select subject_id as contract_id from {{ ref('onboard_rate_views') }} where view = 'sales' and numerator = 0
),

final as (
    select 'appt_cnt' as kpi_code, 'sales' as side, 'numerator' as component, meeting_id as subject_id, 'not_held' as reasons
    from meetings
    where held_on is null
    union all
    select 'valid_opp_rate', 'sales', 'denominator', meeting_id, 'removed'
    from removed
    union all
    select 'onboard_rate', 'sales', 'numerator', contract_id, 'billed_later'
    from contracts
)

select * from final
