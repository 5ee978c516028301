{# From the rows that were counted when last published to those counted now, of months that are over, in three steps: other data, other exchange
   rates, other definitions. `row_cnt` is how many equal rows come (above 0) or go (below).
   The rows are many and nearly all are the same: a number made of each finds those that may differ, and only these are compared in full. So they
   are read twice, from where they lie; a query with a name would be kept whole in memory. Rows that came and rows that went would have to agree
   in all 64 bits to be missed. -#}
{%- set columns, row_no = counted_columns() | join(', '), fingerprint(['step'] + counted_columns()) -%}
{%- set of_closed_months -%}
cross join present
left join grains on counted.grain = grains.grain and counted.counted_on = grains.period_start
where counted.counted_on < present.open_on and coalesce(grains.is_over, true)
{%- endset -%}
{%- set closed -%}
select {{ closed_columns('counted', 'present.open_on') }}
from {{ ref('kpi_rows') }} as counted {{ of_closed_months }}
{%- endset -%}
{%- set closed_reread -%}
select {{ closed_columns('counted', 'present.open_on') }}
from {{ ref('kpi_rows_reread') }} as counted {{ of_closed_months }} and counted.definition_basis =
{%- endset -%}
{#- each step leads from the rows before it (-1) to the rows after it (1) -#}
{%- set signed -%}
select 'data' as step, {{ columns }}, -row_cnt as row_cnt from {{ ref('recorded_kpi_rows') }}
union all
select 'data', {{ columns }}, 1 from ({{ closed_reread }} 'at_old_rates') as at_old_rates
union all
select 'exchange_rate', {{ columns }}, -1 from ({{ closed_reread }} 'at_old_rates') as at_old_rates
union all
select case when rereads.has_old_rates then 'exchange_rate' else 'data' end, {% for column in counted_columns() %}as_published.{{ column }}, {% endfor %}1
from ({{ closed_reread }} 'as_published') as as_published
join rereads on as_published.kpi_code = rereads.kpi_code
union all
select 'definition_change', {{ columns }}, -1 from ({{ closed_reread }} 'as_published') as as_published
union all
select
    case when rereads.has_old_definition then 'definition_change' when rereads.has_old_rates then 'exchange_rate' else 'data' end,
    {% for column in counted_columns() %}counted_now.{{ column }}, {% endfor %}1
from ({{ closed }}) as counted_now
left join rereads on counted_now.kpi_code = rereads.kpi_code
{%- endset -%}

with present as (
    select min(period_start) as open_on from {{ ref('kpi_calendar') }} where grain = 'month' and not is_over
),

grains as (
    select grain, period_start, is_over from {{ ref('kpi_calendar') }}
),

rereads as (
    select
        kpi_code,
        bool_or(definition_basis = 'as_published') as has_old_definition,
        bool_or(definition_basis = 'at_old_rates') as has_old_rates
    from {{ ref('kpi_rereads') }}
    group by kpi_code
),

changed as (
    select row_no
    from (select {{ row_no }} as row_no, row_cnt from ({{ signed }}) as signed) as numbered
    group by row_no
    having sum(row_cnt) <> 0
),

final as (
    select step, {{ columns }}, cast(sum(row_cnt) as bigint) as row_cnt
    from ({{ signed }}) as signed
    join changed on {{ row_no }} = changed.row_no
    group by step, {{ columns }}
    having sum(row_cnt) <> 0
)

select * from final
