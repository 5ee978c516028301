{# Why a team does not count a lead cycle that the shared view counts above or below the line of a rate, or as hot. #}
with cycles as (
    select
        cycles.*,
        cycles.opportunity_created_on > {{ add_days('cycles.opened_on', 'opened_windows.days') }} as is_late_from_opening,
        cycles.opportunity_met_on > {{ add_days('cycles.received_on', 'received_windows.days') }} as is_late_from_receipt
    from {{ ref('team_cycles') }} as cycles
    left join {{ named_window('handoff_to_opportunity') }} as opened_windows on {{ in_force('opened_windows', 'cycles.opened_on') }}
    left join {{ named_window('handoff_to_opportunity') }} as received_windows on {{ in_force('received_windows', 'cycles.received_on') }}
    where cycles.handed_over_on is not null
),

clocks as (
    select
        lead_id,
        first_attempt_at is null as is_never_attempted,
        first_attempt_at > {{ add_seconds('clock_start_at', 'sla_business_minutes * 60') }} as is_late_by_the_clock
    from {{ ref('sla_clock') }}
),

rejected as (
    select lead_id, has_reason from {{ ref('rejected_leads') }}
),

final as (
    select 'opp_rate' as kpi_code, 'marketing' as side, 'numerator' as component, lead_id as subject_id, 'outside_own_window' as reasons
    from cycles
    where is_late_from_opening
    union all
    select
        'opp_rate', 'sales', 'numerator', lead_id,
        {{ bridge_reasons({
            'not_received_as': 'not_received_as is not null',
            "'no_meeting_held'": 'first_held_on is null',
            "'outside_own_window'": 'is_late_from_receipt',
        }) }}
    from cycles
    where opportunity_created_on is not null
    {%- for code in ['opp_rate', 'hot_lead_share'] %}
    union all
    select '{{ code }}', 'sales', 'denominator', lead_id, not_received_as
    from cycles
    where not_received_as is not null
    {%- endfor %}
    {%- for code in ['hot_lead_cnt', 'hot_lead_share'] %}
    union all
    select
        '{{ code }}', 'sales', 'numerator', lead_id,
        {{ bridge_reasons({
            'not_received_as': 'not_received_as is not null',
            "'not_rated_hot'": 'received_on is not null and not is_rated_hot',
        }) }}
    from cycles
    where is_hot
    {%- endfor %}
    union all
    select 'sla_met', 'marketing', 'numerator', lead_id, 'late_by_the_clock'
    from clocks
    where is_late_by_the_clock
    union all
    select 'sla_met', 'sales', 'denominator', lead_id, 'never_attempted'
    from clocks
    where is_never_attempted
    union all
    select 'reject_rate', 'marketing', 'numerator', lead_id, 'no_reason'
    from rejected
    where not has_reason
)

select * from final where reasons <> ''
