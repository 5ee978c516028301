{{ config(alias='open_mismatches') }}
{# What this run adds to the ledger when it is published: the mismatches that it found, with the money at stake, and beside them what it found
   and did not raise because it may be in transit. #}
with found as (
    select * from {{ ref('mismatches_found') }}
),

amounts as (
    select * from {{ ref('mismatch_amounts') }}
),

final as (
    select
        found.mismatch_id,
        found.rule_code,
        found.severity,
        found.accepted_until is not null as is_accepted,
        found.subject_type,
        found.subject_id,
        found.ma_table,
        found.ma_record_id,
        found.crm_table,
        found.crm_record_id,
        found.ma_value,
        found.crm_value,
        found.detail,
        coalesce(found.amount_at_stake, amounts.amount) as amount_at_stake,
        found.occurred_at,
        found.differs_since,
        false as is_in_transit
    from found
    left join amounts on found.subject_type = amounts.subject_type and found.subject_id = amounts.subject_id
    union all
    select
        mismatch_id, rule_code, severity, false, subject_type, subject_id, ma_table, ma_record_id, crm_table, crm_record_id, ma_value, crm_value, detail,
        amount_at_stake, occurred_at, differs_since, true
    from {{ ref('mismatch_findings') }}
    where is_in_transit
)

select * from final
