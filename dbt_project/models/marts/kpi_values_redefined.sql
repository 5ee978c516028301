{# Old and new definition side by side: KPIs of which a definition or threshold changed in time, under today's for the whole past (as_now), and
   for some months after the change under those before it (as_before), each beside the value of kpi_values (as_was). A KPI that is not here
   is the same under all. #}
{%- set keys = 'kpi_code, view, basis, member, grain, period_start, segment, segment_value, statistic' %}
with reread as (
    select * from {{ ref('kpi_values_reread') }}
),

rereads as (
    select * from {{ ref('kpi_rereads') }} where definition_basis in ('as_now', 'as_before')
),

periods as (
    select grain, period_start, period_end_on from {{ ref('kpi_calendar') }}
),

-- a period without target and count has no row under another definition
published as (
    select rereads.definition_basis, kpi_values.*
    from {{ ref('kpi_values') }} as kpi_values
    join rereads on kpi_values.kpi_code = rereads.kpi_code
    join periods on kpi_values.grain = periods.grain and kpi_values.period_start = periods.period_start
    where periods.period_end_on >= coalesce(rereads.from_on, periods.period_end_on)
        and (rereads.before_on is null or periods.period_start < rereads.before_on)
),

final as (
    select
        coalesce(reread.definition_basis, published.definition_basis) as definition_basis,
        {%- for key in keys.split(', ') %}
        coalesce(reread.{{ key }}, published.{{ key }}) as {{ key }},
        {%- endfor %}
        coalesce(reread.definition_version, published.definition_version) as definition_version,
        reread.kpi_code is not null as is_counted,
        reread.numerator,
        reread.denominator,
        reread.value,
        reread.n,
        reread.censored_cnt,
        reread.is_mature,
        published.numerator as as_was_numerator,
        published.denominator as as_was_denominator,
        published.value as as_was_value,
        published.n as as_was_n,
        cast(coalesce(reread.numerator, 0) - coalesce(published.numerator, 0) as decimal(28, 2)) as numerator_difference,
        cast(coalesce(reread.denominator, 0) - coalesce(published.denominator, 0) as decimal(28, 2)) as denominator_difference
    from reread
    full outer join published
        on reread.definition_basis = published.definition_basis
            {%- for key in keys.split(', ') %}
            and reread.{{ key }} = published.{{ key }}
            {%- endfor %}
)

select * from final
