{# SLA attainment as the teams count it: marketing by the clock on the wall, nights and holidays included; sales only the leads that were attempted
   at all. #}
with shared as (
    select * from {{ ref('sla_met') }}
),

clocks as (
    select
        clocks.lead_id,
        clocks.first_attempt_at,
        clocks.due_at as shared_due_at,
        {{ add_seconds('clocks.clock_start_at', 'clocks.sla_business_minutes * 60') }} as due_at
    from {{ ref('sla_clock') }} as clocks
    join {{ ref('lead_facts') }} as leads on clocks.lead_id = leads.lead_id
    where leads.is_countable and leads.handed_over_on is not null
),

of_marketing as (
    select
        'lead_cycle' as subject_type,
        clocks.lead_id as subject_id,
        'marketing' as view,
        '' as member,
        {{ business_date('clocks.due_at') }} as counted_on,
        cast(null as date) as converted_on,
        {{ counts_when('clocks.first_attempt_at <= clocks.due_at') }} as numerator,
        cast(1 as decimal(18, 2)) as denominator,
        true as is_mature,
        clocks.lead_id as row_id,
        {{ bridge_no_record({"'not_due_yet'": 'coalesce(clocks.shared_due_at > run_parameters.as_of, true)'}) }}
    from clocks
    join {{ ref('run_parameters') }} as run_parameters on clocks.due_at <= run_parameters.as_of
),

final as (
    select * from of_marketing
    union all
    select
        shared.subject_type, shared.subject_id, 'sales', shared.member, shared.counted_on, shared.converted_on, shared.numerator,
        shared.denominator, shared.is_mature, shared.subject_id,
        {{ bridge_no_record() }}
    from shared
    join clocks on shared.subject_id = clocks.lead_id
    where clocks.first_attempt_at is not null
)

select * from final
