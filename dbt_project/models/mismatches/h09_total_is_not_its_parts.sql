-- Totals of KPI values that are not the sum of a segment's parts. A derived value is no sum.
with totals as (
    select *
    from {{ ref('kpi_values') }}
    where segment = 'all' and statistic <> 'p90' and basis <> 'derived'
),

parts as (
    select
        kpi_code, definition_version, view, basis, member, grain, period_start, statistic, segment,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(n) as n,
        sum(censored_cnt) as censored_cnt
    from {{ ref('kpi_values') }}
    where segment <> 'all' and statistic <> 'p90'
    group by kpi_code, definition_version, view, basis, member, grain, period_start, statistic, segment
),

segments as (
    {% for segment in kpi_segments() -%}
    select '{{ segment }}' as segment {{ 'union all ' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        'kpi' as subject_type,
        totals.kpi_code as subject_id,
        null as ma_record_id,
        null as crm_record_id,
        null as ma_value,
        cast(totals.numerator as {{ dbt.type_string() }}) || ' for ' || coalesce(cast(parts.numerator as {{ dbt.type_string() }}), 'none') as crm_value,
        totals.kpi_code || ' ' || totals.view || ' ' || totals.basis || ' ' || totals.member || ' ' || totals.grain || ' '
            || cast(totals.period_start as {{ dbt.type_string() }}) || ' ' || totals.statistic || ' ' || segments.segment as detail,
        null as amount_at_stake,
        null as occurred_at
    from totals
    cross join segments
    left join parts
        on totals.kpi_code = parts.kpi_code
            and totals.definition_version = parts.definition_version
            and totals.view = parts.view
            and totals.basis = parts.basis
            and totals.member = parts.member
            and totals.grain = parts.grain
            and totals.period_start = parts.period_start
            and totals.statistic = parts.statistic
            and segments.segment = parts.segment
    -- a target against which nothing was counted has a total of 0 and no parts
    where totals.numerator is distinct from coalesce(parts.numerator, 0)
        or totals.denominator is distinct from parts.denominator
        or totals.n is distinct from coalesce(parts.n, 0)
        or totals.censored_cnt is distinct from parts.censored_cnt
)

select * from final
