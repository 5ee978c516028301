{# Handed-over lead cycles whose SLA clock has run out: attempted by then or not. #}
with leads as (
    select lead_id from {{ ref('lead_facts') }} where is_countable and handed_over_on is not null
),

clocks as (
    select * from {{ ref('sla_clock') }}
),

run_parameters as (
    select as_of from {{ ref('run_parameters') }}
),

final as (
    select
        'lead_cycle' as subject_type,
        leads.lead_id as subject_id,
        'shared' as view,
        '' as member,
        clocks.due_on as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('clocks.first_attempt_at <= clocks.due_at') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature
    from leads
    join clocks on leads.lead_id = clocks.lead_id
    join run_parameters on clocks.due_at <= run_parameters.as_of
)

select * from final
