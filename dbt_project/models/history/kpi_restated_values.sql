{# Values of periods that were over when last published, as they were and as they are, where they differ. No value and a value of nothing counted
   are the same; a KPI that was not published before has nothing to differ from, nor has a quarter or year that a change of the fiscal year made. #}
{%- set keys = 'kpi_code, view, basis, member, grain, period_start, segment, segment_value, statistic' %}
with recorded as (
    {{ ledger_rows('kpi_values', keys ~ ', numerator, denominator, value, is_gone') }}
),

restated as (
    select distinct {{ keys }} from recorded where publish_no > 1
),

known_since as (
    select kpi_code, min(publish_no) as first_no from recorded group by kpi_code
),

periods_known_since as (
    select grain, period_start, min(publish_no) as first_no from recorded group by grain, period_start
),

lasting as (
    select
        recorded.publish_no,
        {%- for key in keys.split(', ') %}
        recorded.{{ key }},
        {%- endfor %}
        case when not recorded.is_gone then recorded.numerator end as numerator,
        case when not recorded.is_gone then recorded.denominator end as denominator,
        case when not recorded.is_gone then recorded.value end as value
    from recorded
    join restated using ({{ keys }})
),

versions as (
    select
        *,
        lag(numerator) over (partition by {{ keys }} order by publish_no nulls last) as old_numerator,
        lag(denominator) over (partition by {{ keys }} order by publish_no nulls last) as old_denominator,
        lag(value) over (partition by {{ keys }} order by publish_no nulls last) as old_value
    from lasting
),

final as (
    select
        versions.publish_no,
        {%- for key in keys.split(', ') %}
        versions.{{ key }},
        {%- endfor %}
        versions.old_numerator,
        versions.old_denominator,
        versions.old_value,
        versions.numerator as new_numerator,
        versions.denominator as new_denominator,
        versions.value as new_value,
        cast(coalesce(versions.numerator, 0) - coalesce(versions.old_numerator, 0) as decimal(28, 2)) as numerator_difference,
        cast(coalesce(versions.denominator, 0) - coalesce(versions.old_denominator, 0) as decimal(28, 2)) as denominator_difference
    from versions
    join known_since on versions.kpi_code = known_since.kpi_code and versions.publish_no > known_since.first_no
    join periods_known_since
        on versions.grain = periods_known_since.grain and versions.period_start = periods_known_since.period_start
            and (versions.grain = 'month' or versions.publish_no > periods_known_since.first_no)
    join {{ restated_periods() }} as periods
        on versions.publish_no = periods.publish_no and versions.grain = periods.grain and versions.period_start = periods.period_start
    where coalesce(versions.numerator, 0) <> coalesce(versions.old_numerator, 0)
        or coalesce(versions.denominator, 0) <> coalesce(versions.old_denominator, 0)
        or (versions.statistic in ('median', 'p90', 'value') and versions.value is distinct from versions.old_value)
)

select * from final
