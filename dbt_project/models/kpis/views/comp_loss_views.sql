{# Losses to a competitor as the teams count them: sales of the lost deals that say why, marketing of all, as the shared view. #}
with shared as (
    select * from {{ ref('comp_loss') }}
),

unexplained as (
    select opportunity_id from {{ ref('losses_without_reason') }}
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
    where subject_id not in (select opportunity_id from unexplained)
)

select * from final
