{# The cohort win rate as the teams count it: marketing of the opportunities that became valid, sales of all, as the shared view. #}
with shared as (
    select * from {{ ref('win_rate_cohort') }}
),

valid as (
    select opportunity_id from {{ ref('con_opportunities') }} where is_valid_opportunity and fs_accepted_on is not null
),

sides as (
    select 'marketing' as side, shared.* from shared where subject_id in (select opportunity_id from valid)
    union all
    select 'sales', shared.* from shared
),

final as (
    select
        subject_type, subject_id, side as view, member, counted_on, converted_on, numerator, denominator, is_mature, subject_id as row_id,
        {{ bridge_no_record() }}
    from sides
)

select * from final
