-- Blocking: the causes of a restated value add up to its difference, above and below the line, and so do the subjects behind each cause. What is
-- made of other numbers, and what nothing explains, has no subjects.
{%- set series = 'publish_no, kpi_code, view, basis, member, grain, period_start' %}
with totals as (
    select
        {{ series }}, segment, segment_value, statistic, cause, numerator_difference, denominator_difference,
        coalesce(new_numerator, 0) - coalesce(old_numerator, 0) as numerator,
        coalesce(new_denominator, 0) - coalesce(old_denominator, 0) as denominator
    from {{ ref('kpi_restatements') }}
),

causes_differ as (
    select {{ series }}, segment, segment_value, statistic
    from totals
    group by {{ series }}, segment, segment_value, statistic, numerator, denominator
    having sum(numerator_difference) <> numerator or sum(denominator_difference) <> denominator
),

by_subject as (
    select {{ series }}, cause, sum(numerator_difference) as numerator_difference, sum(denominator_difference) as denominator_difference
    from {{ ref('kpi_restatement_rows') }}
    group by {{ series }}, cause
),

subjects_differ as (
    select {{ series }}, segment, segment_value, statistic
    from totals
    left join by_subject using ({{ series }}, cause)
    where segment = 'all'
        and basis <> 'derived'
        and cause not in ('follows', 'unexplained')
        and (
            coalesce(by_subject.numerator_difference, 0) <> totals.numerator_difference
            or coalesce(by_subject.denominator_difference, 0) <> totals.denominator_difference
        )
)

select * from causes_differ
union all
select * from subjects_differ
