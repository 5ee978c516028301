{# From the rows that were counted when last published to those counted now, of months that are over, in three steps: other data, other exchange
   rates, other definitions. `row_cnt` is how many equal rows come (above 0) or go (below). #}
{%- set columns = counted_columns() | join(', ') %}
with present as (
    select min(period_start) as open_on from {{ ref('kpi_calendar') }} where grain = 'month' and not is_over
),

grains as (
    select grain, period_start, is_over from {{ ref('kpi_calendar') }}
),

counted as (
    select 'now' as definition_basis, {{ columns }} from {{ ref('kpi_rows') }}
    union all
    select definition_basis, {{ columns }} from {{ ref('kpi_rows_reread') }} where definition_basis in ('as_published', 'at_old_rates')
),

closed as (
    select
        counted.definition_basis,
        {{- closed_columns('counted', 'present.open_on') }}
    from counted
    cross join present
    left join grains on counted.grain = grains.grain and counted.counted_on = grains.period_start
    where counted.counted_on < present.open_on and coalesce(grains.is_over, true)
),

rereads as (
    select
        kpi_code,
        bool_or(definition_basis = 'as_published') as has_old_definition,
        bool_or(definition_basis = 'at_old_rates') as has_old_rates
    from {{ ref('kpi_rereads') }}
    group by kpi_code
),

-- each step leads from the rows before it (-1) to the rows after it (1)
signed as (
    select 'data' as step, {{ columns }}, -row_cnt as row_cnt from {{ ref('recorded_kpi_rows') }}
    union all
    select 'data', {{ columns }}, 1 from closed where definition_basis = 'at_old_rates'
    union all
    select 'exchange_rate', {{ columns }}, -1 from closed where definition_basis = 'at_old_rates'
    union all
    select case when rereads.has_old_rates then 'exchange_rate' else 'data' end, {% for column in counted_columns() %}closed.{{ column }}, {% endfor %}1
    from closed
    join rereads on closed.kpi_code = rereads.kpi_code
    where closed.definition_basis = 'as_published'
    union all
    select 'definition_change', {{ columns }}, -1 from closed where definition_basis = 'as_published'
    union all
    select
        case when rereads.has_old_definition then 'definition_change' when rereads.has_old_rates then 'exchange_rate' else 'data' end,
        {% for column in counted_columns() %}closed.{{ column }}, {% endfor %}1
    from closed
    left join rereads on closed.kpi_code = rereads.kpi_code
    where closed.definition_basis = 'now'
),

final as (
    select step, {{ columns }}, cast(sum(row_cnt) as bigint) as row_cnt
    from signed
    group by step, {{ columns }}
    having sum(row_cnt) <> 0
)

select * from final
