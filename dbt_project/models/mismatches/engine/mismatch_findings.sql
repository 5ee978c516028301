{# What the evaluated rules of every group but H find now, with its id, and whether it may still be in transit. A rule with `transit` compares
   records as they stand, of a pair of systems or, within the hours of a tolerance, of one; these tell no more than when they last changed at
   all. What said the same at the rule's last evaluation has differed since then, however often its records changed meanwhile; and what was
   raised then is not taken back while it lasts. #}
with findings as (
    {{ identified_mismatches(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'i']) }}
),

compared as (
    select
        findings.mismatch_id,
        findings.severity,
        findings.transit,
        findings.rule_code,
        findings.subject_type,
        findings.subject_id,
        findings.ma_table,
        findings.ma_record_id,
        findings.crm_table,
        findings.crm_record_id,
        findings.ma_value,
        findings.crm_value,
        findings.detail,
        findings.amount_at_stake,
        findings.occurred_at,
        case
            when before.ma_value is not distinct from findings.ma_value and before.crm_value is not distinct from findings.crm_value
                then least(findings.differs_since, before.differs_since)
            else findings.differs_since
        end as differs_since,
        coalesce(not before.is_in_transit, false) as was_raised
    from findings
    left join {{ ref('mismatches_before') }} as before on findings.mismatch_id = before.mismatch_id
),

cutoffs as (
    select pair as transit, cutoff_at from {{ ref('mismatch_cutoffs') }}
    union all
    select tolerances.name, {{ add_seconds('run_parameters.as_of', '-3600 * tolerances.value') }}
    from {{ ref('mismatch_tolerances_in_force') }} as tolerances
    cross join {{ ref('run_parameters') }} as run_parameters
    where tolerances.unit = 'hours'
),

final as (
    select
        compared.*,
        coalesce(compared.differs_since > cutoffs.cutoff_at, false) and not compared.was_raised as is_in_transit
    from compared
    left join cutoffs on compared.transit = cutoffs.transit
)

select * from final
