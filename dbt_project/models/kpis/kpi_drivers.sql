{# What moved a rate from one month to the next: the value of a segment whose distance from the total rate, weighed by its share of the
   denominator, changed most in the direction of the total. A segment that went as the total went explains nothing. #}
{%- set series = ['kpi_code', 'definition_version', 'view', 'basis', 'member'] %}
{%- set figures = ['period_start', 'segment', 'segment_value', 'numerator', 'denominator', 'value'] %}
{#- KPIs made of others that are rates all the same: above and below the line the segments add up to the total #}
{%- set derived_rates = ['untouched_rate'] %}
with monthly as (
    select {{ (series + figures) | join(', ') }}
    from {{ ref('kpi_values_base') }}
    where grain = 'month' and statistic = 'rate'
    union all
    select {{ (series + figures) | join(', ') }}
    from {{ ref('kpi_values_derived') }}
    where grain = 'month' and kpi_code in ('{{ derived_rates | join("', '") }}')
),

totals as (
    select * from monthly where segment = 'all' and denominator <> 0
),

periods as (
    select period_start, previous_start from {{ ref('kpi_calendar') }} where grain = 'month'
),

distances as (
    select
        {%- for column in series %}
        totals.{{ column }},
        {%- endfor %}
        totals.period_start,
        parts.segment,
        parts.segment_value,
        (cast(parts.numerator as double) - totals.value * cast(parts.denominator as double)) / nullif(cast(totals.denominator as double), 0) as distance
    from totals
    join monthly as parts
        on parts.segment <> 'all'
            and totals.period_start = parts.period_start
        {%- for column in series %}
            and totals.{{ column }} = parts.{{ column }}
        {%- endfor %}
),

changes as (
    select
        {%- for column in series %}
        totals.{{ column }},
        {%- endfor %}
        totals.period_start,
        periods.previous_start,
        totals.value - before.value as total_change
    from totals
    join periods on totals.period_start = periods.period_start
    join totals as before
        on periods.previous_start = before.period_start
        {%- for column in series %}
            and totals.{{ column }} = before.{{ column }}
        {%- endfor %}
),

-- a value that only one of the two months has stands at distance 0 in the other
shifts as (
    select
        {%- for column in series %}
        changes.{{ column }},
        {%- endfor %}
        changes.period_start,
        distances.segment,
        distances.segment_value,
        (coalesce(max(case when distances.period_start = changes.period_start then distances.distance end), 0)
        - coalesce(max(case when distances.period_start = changes.previous_start then distances.distance end), 0))
        * sign(changes.total_change) as shift
    from changes
    join distances
        on distances.period_start in (changes.period_start, changes.previous_start)
        {%- for column in series %}
            and changes.{{ column }} = distances.{{ column }}
        {%- endfor %}
    group by
        {%- for column in series %}
        changes.{{ column }},
        {%- endfor %}
        changes.period_start, changes.total_change, distances.segment, distances.segment_value
),

final as (
    select
        {{ series | join(', ') }},
        period_start,
        segment as driver_segment,
        segment_value as driver_value
    from shifts
    where shift > 0
    qualify row_number() over (partition by {{ series | join(', ') }}, period_start order by shift desc nulls last, segment nulls last, segment_value nulls last) = 1
)

select * from final
