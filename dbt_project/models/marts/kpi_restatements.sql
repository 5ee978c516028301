{# The restatement log: each value of a period that had been published as over and was published otherwise later, with its causes. The causes' differences
   add up to the value's. What is made of other numbers carries no subjects of its own: derived_restatements
   says why it changed. #}
{%- set series = ['publish_no', 'kpi_code', 'view', 'basis', 'member', 'grain', 'period_start', 'segment', 'segment_value'] %}
{%- set keys = ['publish_no', 'kpi_code', 'view', 'basis', 'member', 'grain', 'period_start', 'cause', 'subject_type', 'subject_id'] %}
with restated as (
    select * from {{ ref('kpi_restated_values') }}
),

publishes as (
    select publish_no, as_of, previous_as_of from {{ ref('publishes') }}
),

causes as (
    select * from {{ ref('restatement_causes') }}
),

derived as (
    select 'derived' as basis, publish_no, kpi_code, grain, period_start, cause from {{ ref('derived_restatements') }}
),

differences as (
    select * from {{ ref('kpi_restated_subjects') }}
),

by_subject as (
    select
        {{ keys | join(', ') }},
        {{ segment_columns() }},
        sum(numerator_difference) as numerator_difference,
        sum(denominator_difference) as denominator_difference,
        sum(row_difference) as row_difference
    from differences
    {{ by_segment(keys, kpi_segments()) }}
),

by_cause as (
    select
        {{ series | join(', ') }}, cause,
        sum(numerator_difference) as numerator_difference,
        sum(denominator_difference) as denominator_difference,
        count_if(row_difference > 0) as entered_cnt,
        count_if(row_difference < 0) as left_cnt,
        count_if(row_difference = 0) as changed_cnt
    from by_subject
    where row_difference <> 0 or numerator_difference <> 0 or denominator_difference <> 0
    group by {{ series | join(', ') }}, cause
),

explained as (
    select
        {{ series | join(', ') }},
        sum(numerator_difference) as numerator_difference,
        sum(denominator_difference) as denominator_difference
    from by_cause
    group by {{ series | join(', ') }}
),

caused as (
    select {{ series | join(', ') }}, cause, numerator_difference, denominator_difference, entered_cnt, left_cnt, changed_cnt from by_cause
    union all
    select distinct
        {{ series | join(', ') }},
        coalesce(derived.cause, 'unexplained'),
        restated.numerator_difference - coalesce(explained.numerator_difference, 0),
        restated.denominator_difference - coalesce(explained.denominator_difference, 0),
        0, 0, 0
    from restated
    left join explained using ({{ series | join(', ') }})
    left join derived
        on restated.basis = derived.basis
            and restated.publish_no = derived.publish_no
            and restated.kpi_code = derived.kpi_code
            and restated.grain = derived.grain
            and restated.period_start = derived.period_start
    where explained.kpi_code is null
        or restated.numerator_difference <> explained.numerator_difference
        or restated.denominator_difference <> explained.denominator_difference
),

final as (
    select
        restated.publish_no,
        publishes.as_of,
        publishes.previous_as_of,
        {%- for column in series[1:] %}
        restated.{{ column }},
        {%- endfor %}
        restated.statistic,
        restated.old_numerator,
        restated.old_denominator,
        restated.old_value,
        restated.new_numerator,
        restated.new_denominator,
        restated.new_value,
        caused.cause,
        causes.name_ja as cause_name_ja,
        causes.name_en as cause_name_en,
        cast(caused.numerator_difference as decimal(28, 2)) as numerator_difference,
        cast(caused.denominator_difference as decimal(28, 2)) as denominator_difference,
        cast(caused.entered_cnt as bigint) as entered_cnt,
        cast(caused.left_cnt as bigint) as left_cnt,
        cast(caused.changed_cnt as bigint) as changed_cnt
    from restated
    join publishes on restated.publish_no = publishes.publish_no
    join caused
        on {% for column in series %}restated.{{ column }} = caused.{{ column }}{{ ' and ' if not loop.last }}{% endfor %}
    left join causes on caused.cause = causes.cause
)

select * from final
