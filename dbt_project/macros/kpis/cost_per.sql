{# A derived KPI: marketing's programme cost for each subject that `code` counts. A period without campaign cost nothing; a company (or a view)
   without costs has no row. #}
{% macro cost_per(code) -%}
with costs as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = 'mkt_cost' and segment = 'all'
),

counts as (
    select * from {{ ref('kpi_values_base') }} where kpi_code = '{{ code }}' and segment = 'all'
),

joined as (
    select
        counts.view,
        counts.member,
        counts.grain,
        counts.period_start,
        counts.segment,
        counts.segment_value,
        cast(coalesce(costs.numerator, 0) as decimal(28, 2)) as numerator,
        cast(counts.numerator as decimal(28, 2)) as denominator
    from counts
    left join costs
        on counts.view = costs.view and counts.grain = costs.grain and counts.period_start = costs.period_start
    where counts.view in (select view from costs)
),

final as (
    select *, {{ kpi_ratio() }} as value from joined
)

select * from final
{%- endmacro %}
