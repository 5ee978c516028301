{# Handed-over lead cycles whose time for follow-up is over: enough human attempts in it [limits.csv: persistence_attempts], or a two-way
   contact. #}
with leads as (
    select
        leads.lead_id,
        leads.handed_over_at,
        {{ add_days('leads.handed_over_on', 'windows.days') }} as due_on,
        limits.value as attempts_needed
    from {{ ref('lead_facts') }} as leads
    join {{ named_window('persistence') }} as windows on {{ in_force('windows', 'leads.handed_over_on') }}
    join {{ ref('limits') }} as limits on limits.name = 'persistence_attempts' and {{ in_force('limits', 'leads.handed_over_on') }}
    join {{ ref('run_parameters') }} as run_parameters
        on {{ add_days('leads.handed_over_on', 'windows.days') }} <= run_parameters.as_of_on
    where {{ delivers('crm_activity') }} and leads.is_countable
),

touches as (
    select lead_id, occurred_at, {{ business_date('occurred_at') }} as occurred_on, is_attempt, is_two_way
    from {{ ref('timeline') }}
    where is_attempt or is_two_way
),

followed as (
    select
        leads.lead_id,
        leads.due_on,
        leads.attempts_needed,
        count(*) filter (where touches.is_attempt) as attempt_cnt,
        count(*) filter (where touches.is_two_way) as contact_cnt
    from leads
    left join touches
        on leads.lead_id = touches.lead_id and touches.occurred_at >= leads.handed_over_at and touches.occurred_on <= leads.due_on
    group by leads.lead_id, leads.due_on, leads.attempts_needed
),

final as (
    select
        'lead_cycle' as subject_type,
        lead_id as subject_id,
        'shared' as view,
        '' as member,
        due_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('attempt_cnt >= attempts_needed or contact_cnt > 0') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from followed
)

select * from final
