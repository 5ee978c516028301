{# How far the two sides of each boundary agree. The row holds all that the score is made of. #}
with run_parameters as (
    select * from {{ ref('run_parameters') }}
),

handoffs as (
    select
        handoffs.*,
        run_parameters.as_of,
        classification in ('delivered', 'delivered_late', 'recovered', 'grain_merged') as is_delivered
    from {{ ref('relay_handoffs') }} as handoffs
    cross join run_parameters
    where handoffs.classification not in ('double_entry', 'in_transit', 'declared_non_relay')
        and handoffs.matures_at <= run_parameters.as_of
        and coalesce(handoffs.out_on, handoffs.in_on) > {{ add_days('run_parameters.as_of_on', '-1 * ' ~ mismatch_tolerance('alignment_days')) }}
),

contradicted as (
    select mismatches.subject_type, mismatches.subject_id
    from {{ ref('mismatches') }} as mismatches
    where mismatches.severity in ('S1', 'S2')
        and mismatches.status in ('new', 'persisting', 'reopened', 'not_evaluated')
        and mismatches.subject_id is not null
    group by mismatches.subject_type, mismatches.subject_id
),

judged as (
    select
        handoffs.boundary,
        handoffs.as_of,
        handoffs.is_delivered,
        handoffs.is_delivered
            and (cycles.subject_id is not null or opportunities.subject_id is not null or contracts.subject_id is not null) as is_mismatched
    from handoffs
    left join contradicted as cycles
        on cycles.subject_type = 'lead_cycle' and case when handoffs.boundary = 'B1' then handoffs.lead_id end = cycles.subject_id
    left join contradicted as opportunities
        on opportunities.subject_type = 'opportunity' and case when handoffs.boundary <> 'B1' then handoffs.opportunity_id end = opportunities.subject_id
    left join contradicted as contracts
        on contracts.subject_type = 'contract' and case when handoffs.boundary = 'B3' then handoffs.contract_id end = contracts.subject_id
),

final as (
    select
        boundary,
        as_of,
        cast(count(*) as bigint) as handoff_cnt,
        cast(count(*) filter (where is_delivered) as bigint) as delivered_cnt,
        cast(count(*) filter (where is_mismatched) as bigint) as mismatched_cnt,
        cast(count(*) filter (where is_delivered and not is_mismatched) as double) / nullif(count(*), 0) as score
    from judged
    group by boundary, as_of
)

select * from final
