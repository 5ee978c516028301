{{ config(alias='kpi_values') }}
{# What this run adds to the ledger when it is published: the values of closed periods, month and coarser, that are not as they were recorded. #}
{%- set keys = 'kpi_code, view, basis, member, grain, period_start, segment, segment_value, statistic' %}
with present as (
    select
        {{ keys }}, kpi_values.numerator, kpi_values.denominator, kpi_values.value, kpi_values.n, false as is_gone
    from {{ ref('kpi_values') }} as kpi_values
    join {{ ref('kpi_calendar') }} as periods using (grain, period_start)
    where kpi_values.definition_basis = 'as_was' and kpi_values.grain in ('month', 'fiscal_quarter', 'fiscal_year') and periods.is_over
),

recorded as (
    select {{ keys }}, numerator, denominator, value, n
    from {{ ref('recorded_kpi_values') }}
    qualify row_number() over (partition by {{ keys }} order by version desc nulls last) = 1 and not is_gone
),

changed as (
    select present.*
    from present
    left join recorded using ({{ keys }})
    where recorded.kpi_code is null
        or present.numerator is distinct from recorded.numerator
        or present.denominator is distinct from recorded.denominator
        or present.value is distinct from recorded.value
        or present.n is distinct from recorded.n
    union all
    select recorded.*, true
    from recorded
    join {{ ref('kpi_calendar') }} as periods using (grain, period_start)  -- of another fiscal year's periods nothing is gone
    left join present using ({{ keys }})
    where present.kpi_code is null
),

final as (
    select * from changed where {{ goes_on() }}
)

select * from final
