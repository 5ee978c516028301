{# How far the personas that marketing hands over are from those that become opportunities: half the sum of the differences of their shares,
   0 alike, 1 nothing in common. Null while either side has none. It reads the values by persona: without that segment it has no rows. #}
with counts as (
    select kpi_code, grain, period_start, segment_value as persona, numerator
    from {{ ref('kpi_values_base') }}
    where kpi_code in ('handoff_b1_cnt', 'opp_cnt') and view = 'shared' and segment = 'persona'
),

personas as (
    select
        grain,
        period_start,
        persona,
        coalesce(sum(case when kpi_code = 'handoff_b1_cnt' then numerator end), 0) as lead_cnt,
        coalesce(sum(case when kpi_code = 'opp_cnt' then numerator end), 0) as opportunity_cnt
    from counts
    group by grain, period_start, persona
),

totals as (
    select grain, period_start, sum(lead_cnt) as lead_cnt, sum(opportunity_cnt) as opportunity_cnt
    from personas
    group by grain, period_start
),

-- over the common denominator 2 x leads x opportunities, so that nothing is rounded before the last step
gaps as (
    select
        totals.grain,
        totals.period_start,
        cast(sum(abs(personas.lead_cnt * totals.opportunity_cnt - personas.opportunity_cnt * totals.lead_cnt)) as decimal(28, 2)) as differences,
        cast(max(2 * totals.lead_cnt * totals.opportunity_cnt) as decimal(28, 2)) as most
    from totals
    join personas on totals.grain = personas.grain and totals.period_start = personas.period_start
    group by totals.grain, totals.period_start
),

final as (
    select
        'shared' as view,
        '' as member,
        grain,
        period_start,
        'all' as segment,
        'all' as segment_value,
        cast(null as decimal(28, 2)) as numerator,
        cast(null as decimal(28, 2)) as denominator,
        cast(differences as double) / nullif(cast(most as double), 0) as value
    from gaps
)

select * from final
