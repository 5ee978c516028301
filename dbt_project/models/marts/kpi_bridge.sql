{# From marketing's number over the shared one to sales's, step by step. The three numbers are always there, 0 where nobody counted; what comes
   and goes within a period is no step of it, unless nobody can say why. Where a definition or threshold changed, of any KPI, one step more leads from
   the shared number, which is as it was, to the one as it is now. #}
{%- set period = 'kpi_code, grain, period_start, segment, segment_value, component' %}
with sums as (
    select sums.*, months.week_start_on, months.month_start_on, months.fiscal_quarter_start_on, months.fiscal_year_start_on
    from {{ ref('bridge_sums') }} as sums
    join {{ ref('con_calendar') }} as months on sums.counted_on = months.date_on
),

reasons as (
    select reason, precedence from {{ ref('bridge_reasons') }}
),

by_period as (
    {% for grain, period_start in kpi_grains().items() -%}
    {%- set start = 'counted_on' if grain == 'day' else period_start -%}
    select
        kpi_code, '{{ grain }}' as grain, {{ start }} as period_start, segment, segment_value, component, side, reason,
        cast(sum(row_cnt) as bigint) as count, cast(sum(amount) as decimal(28, 2)) as amount
    from sums
    group by kpi_code, {{ start }}, segment, segment_value, component, side, reason
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

-- of a KPI with variants the one that is bridged, else the first; the median's subjects are those of the other statistics too
redefined as (
    {%- for component in ['numerator', 'denominator'] %}
    select
        changed.kpi_code, changed.grain, changed.period_start, changed.segment, changed.segment_value, '{{ component }}' as component,
        {%- for column, side in {'shared': 'as_was_', 'now': ''}.items() %}
        {%- if component == 'numerator' %}
        cast(round(coalesce(case when changed.basis = 'cohort' then changed.{{ side }}numerator else changed.{{ side }}n end, 0)) as bigint) as {{ column }}_count,
        {%- else %}
        coalesce(changed.{{ side }}n, 0) as {{ column }}_count,
        {%- endif %}
        coalesce(changed.{{ side }}{{ component }}, 0) as {{ column }}_amount{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('kpi_values_redefined') }} as changed
    join {{ ref('kpi_definitions') }} as definitions
        on changed.kpi_code = definitions.kpi_code
            and changed.basis = definitions.kind
            and changed.member = case changed.kpi_code {% for code in bridged_kpis() %}when '{{ code }}' then '{{ bridge_member(code) }}' {% endfor %}else definitions.first_member end
    where changed.definition_basis = 'as_now'
        and changed.view = 'shared'
        and changed.statistic <> 'p90'
        and changed.{{ component }}_difference <> 0
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

numbers as (
    select periods.*, names.name
    from (select distinct {{ period }} from by_period) as periods
    cross join (select 'marketing' as name union all select 'shared' union all select 'sales') as names
),

steps as (
    select
        numbers.kpi_code, numbers.grain, numbers.period_start, numbers.segment, numbers.segment_value, numbers.component,
        numbers.name as side, numbers.name as reason, coalesce(by_period.count, 0) as count, coalesce(by_period.amount, 0) as amount,
        case numbers.name when 'marketing' then 1 when 'shared' then 3 else 5 end as part,
        0 as precedence
    from numbers
    left join by_period
        on numbers.name = by_period.reason
            {%- for column in period.split(', ') %}
            and numbers.{{ column }} = by_period.{{ column }}
            {%- endfor %}
    union all
    select
        by_period.kpi_code, by_period.grain, by_period.period_start, by_period.segment, by_period.segment_value, by_period.component,
        by_period.side, by_period.reason, by_period.count, by_period.amount,
        case by_period.side when 'marketing' then 2 else 4 end,
        reasons.precedence
    from by_period
    join reasons on by_period.reason = reasons.reason
    where by_period.count <> 0 or by_period.amount <> 0 or by_period.reason = 'unexplained'
    union all
    select
        {%- for column in period.split(', ') %}
        redefined.{{ column }},
        {%- endfor %}
        'shared', 'shared', redefined.shared_count, redefined.shared_amount, 3, 0
    from redefined
    left join numbers
        on numbers.name = 'shared'
            {%- for column in period.split(', ') %}
            and redefined.{{ column }} = numbers.{{ column }}
            {%- endfor %}
    where numbers.name is null
    union all
    select {{ period }}, 'as_now', 'definition_change', now_count - shared_count, now_amount - shared_amount, 6, 0 from redefined
    union all
    select {{ period }}, 'as_now', 'as_now', now_count, now_amount, 7, 0 from redefined
),

final as (
    select
        {{ period }},
        side,
        cast(row_number() over (partition by {{ period }} order by part nulls last, precedence nulls last) as integer) as step_no,
        reason,
        count,
        cast(amount as decimal(28, 2)) as amount
    from steps
)

select * from final
