{# The mismatch catalogue with what is open now. #}
with rules as (
    select * from {{ ref('mismatch_definitions') }}
),

open_mismatches as (
    select
        rule_code,
        count(*) as open_cnt,
        count(*) filter (where status = 'new' or status = 'reopened') as new_cnt,
        sum(amount_at_stake) as amount_at_stake
    from {{ ref('mismatches') }}
    where status in ('new', 'persisting', 'reopened', 'not_evaluated')
    group by rule_code
),

final as (
    select
        rules.rule_code,
        rules.name_ja,
        rules.name_en,
        rules.severity,
        rules.team,
        rules.level,
        rules.blocks,
        rules.systems,
        rules.rule_ja,
        rules.rule_en,
        rules.action_ja,
        rules.action_en,
        rules.tolerance,
        rules.sql_path,
        rules.availability,
        case
            when rules.is_evaluated then 'evaluated'
            when rules.is_suppressed then 'suppressed'
            else 'not_applicable'
        end as evaluation,
        cast(coalesce(open_mismatches.open_cnt, 0) as bigint) as open_cnt,
        cast(coalesce(open_mismatches.new_cnt, 0) as bigint) as new_cnt,
        cast(coalesce(open_mismatches.amount_at_stake, 0) as decimal(18, 2)) as amount_at_stake
    from rules
    left join open_mismatches on rules.rule_code = open_mismatches.rule_code
)

select * from final
