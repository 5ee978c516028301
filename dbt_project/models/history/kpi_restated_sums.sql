{# What the rows that came or went since a version change in the periods that were over for it, subject by subject, of all kinds that add up. #}
{%- set own = ['publish_no', 'kpi_code', 'view', 'member', 'cause', 'subject_type', 'subject_id', 'row_cnt'] + known_segments() %}
with changes as (
    {{ ledger_rows('kpi_rows', (counted_columns() + ['row_cnt', 'cause']) | join(', ')) }}
),

periods as (
    select * from {{ restated_periods() }} as closed
),

dated as (
    select
        {{ own | join(', ') }}, kind as basis, counted_on as dated_on,
        case when kind <> 'duration' then numerator when not is_censored then cast(measure as decimal(28, 2)) end as numerator,
        case when kind <> 'duration' then denominator when not is_censored then 1 end as denominator
    from changes
    where kind in ('flow', 'cohort', 'period', 'duration')
    union all
    select {{ own | join(', ') }}, 'period', counted_on, 0, denominator
    from changes
    where has_period_basis
    union all
    select {{ own | join(', ') }}, 'period', converted_on, 1, 0
    from changes
    where has_period_basis and converted_on is not null
),

{% set own = 'changes.' ~ own | join(', changes.') -%}
in_periods as (
    select {{ own }}, changes.basis, changes.numerator, changes.denominator, periods.grain, periods.period_start
    from dated as changes
    join periods on changes.publish_no = periods.publish_no and changes.dated_on between periods.period_start and periods.period_end_on
    union all
    -- a stock is read at the end of the period
    select {{ own }}, changes.kind, changes.numerator, null, periods.grain, periods.period_start
    from changes
    join periods
        on changes.publish_no = periods.publish_no
            and changes.counted_on <= periods.period_end_on
            and (changes.left_on is null or changes.left_on > periods.period_end_on)
    where changes.kind = 'stock' and (changes.left_on is null or changes.left_on > changes.counted_on)
    union all
    select {{ own }}, changes.kind, changes.numerator, changes.denominator, periods.grain, periods.period_start
    from changes
    join periods on changes.publish_no = periods.publish_no and changes.grain = periods.grain and changes.counted_on = periods.period_start
    where changes.kind = 'start_cohort'
),

final as (
    select
        {{ restated_keys() | join(', ') }},
        cast(sum(row_cnt * coalesce(numerator, 0)) as decimal(28, 2)) as numerator_difference,
        cast(sum(row_cnt * coalesce(denominator, 0)) as decimal(28, 2)) as denominator_difference,
        cast(sum(row_cnt) as bigint) as row_difference
    from in_periods
    group by {{ restated_keys() | join(', ') }}
    having sum(row_cnt * coalesce(numerator, 0)) <> 0 or sum(row_cnt * coalesce(denominator, 0)) <> 0 or sum(row_cnt) <> 0
)

select * from final
