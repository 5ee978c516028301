{# The values of those KPIs, under today's definitions and, for the months after the last change, under those before it. #}
-- depends_on: {{ ref('kpi_rows_reread') }}
with reread as (
    {%- for basis in ['as_now', 'as_before'] %}
    select '{{ basis }}' as definition_basis, * from {{ reread_relation(basis, 'kpi_values') }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
),

meant as (
    select * from {{ ref('kpi_rereads') }}
),

periods as (
    select grain, period_start, period_end_on from {{ ref('kpi_calendar') }}
),

final as (
    select reread.*
    from reread
    join meant on reread.definition_basis = meant.definition_basis and reread.kpi_code = meant.kpi_code
    join periods on reread.grain = periods.grain and reread.period_start = periods.period_start
    where periods.period_end_on >= coalesce(meant.from_on, periods.period_end_on)
        and (meant.before_on is null or periods.period_start < meant.before_on)
)

select * from final
