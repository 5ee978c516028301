{# The win rate as the teams count it: sales leaves out what was lost without a decision [loss_reasons.csv]; marketing counts what the shared view
   counts. #}
with shared as (
    select * from {{ ref('win_rate_close') }}
),

undecided as (
    select opportunity_id from {{ ref('undecided_losses') }}
),

final as (
    select
        subject_type, subject_id, 'marketing' as view, member, counted_on, numerator, denominator, subject_id as row_id,
        {{ bridge_no_record() }}
    from shared
    union all
    select
        subject_type, subject_id, 'sales', member, counted_on, numerator, denominator, subject_id,
        {{ bridge_no_record() }}
    from shared
    where subject_id not in (select opportunity_id from undecided)
)

select * from final
