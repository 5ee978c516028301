{# Why a team does not count a meeting, or the contract of a won deal. #}
with meetings as (
    select meeting_id, held_on from {{ ref('meetings') }}
),

removed as (
    select meeting_id from {{ ref('meetings_of_removed') }}
),

contracts as (
    select shared.subject_id as contract_id, contracts.start_on > {{ add_days('shared.counted_on', 'windows.days') }} as is_billed_later
    from {{ ref('onboard_rate') }} as shared
    join {{ ref('con_contracts') }} as contracts on shared.subject_id = contracts.contract_id
    join {{ named_window('onboarding') }} as windows on {{ in_force('windows', 'shared.counted_on') }}
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
    where is_billed_later
)

select * from final
