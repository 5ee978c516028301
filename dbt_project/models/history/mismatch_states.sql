{# How every mismatch ever found stands now, with what was last seen of it. #}
with present as (
    select as_of from {{ ref('publishes') }} where is_present
),

evaluated_now as (
    select rule_code from {{ ref('mismatch_evaluations') }} where is_present
),

last_spells as (
    select
        *,
        min(opened_at) over (partition by mismatch_id) as first_seen_at
    from {{ ref('mismatch_spells') }}
    qualify row_number() over (partition by mismatch_id order by spell_no desc nulls last) = 1
),

contents as (
    {{ ledger_rows(
        'open_mismatches',
        'mismatch_id, severity, subject_type, subject_id, ma_table, ma_record_id, crm_table, crm_record_id, ma_value, crm_value, detail, amount_at_stake, occurred_at'
    ) }}
),

final as (
    select
        last_spells.mismatch_id,
        last_spells.rule_code,
        case
            when last_spells.ended_at is not null then 'resolved'
            when last_spells.is_accepted then 'accepted'
            when evaluated_now.rule_code is null then 'not_evaluated'
            when last_spells.opened_at < present.as_of then 'persisting'
            when last_spells.spell_no > 1 then 'reopened'
            else 'new'
        end as status,
        contents.severity,
        contents.subject_type,
        contents.subject_id,
        contents.ma_table,
        contents.ma_record_id,
        contents.crm_table,
        contents.crm_record_id,
        contents.ma_value,
        contents.crm_value,
        contents.detail,
        contents.amount_at_stake,
        contents.occurred_at,
        last_spells.first_seen_at,
        last_spells.opened_at,
        last_spells.last_seen_at,
        last_spells.ended_at as resolved_at,
        present.as_of
    from last_spells
    cross join present
    inner join contents
        on last_spells.mismatch_id = contents.mismatch_id and last_spells.last_publish_no = contents.publish_no
    left join evaluated_now on last_spells.rule_code = evaluated_now.rule_code
)

select * from final
