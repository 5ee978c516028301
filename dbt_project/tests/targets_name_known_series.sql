-- Blocking: a target names a KPI that exists and a segment that values are split by, and starts where its period does; any other would be lost
-- without a word, or stand against a 0 that nobody counted. `problem` says what to do.
with starts as (
    {% for grain, period_start in kpi_grains().items() -%}
    select distinct '{{ grain }}' as grain, {{ period_start }} as period_start from {{ ref('con_calendar') }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

targets as (
    select *, coalesce(nullif(segment, ''), 'all') as in_segment, coalesce(nullif(segment_value, ''), 'all') as in_value from {{ ref('targets') }}
),

final as (
    select
        targets.*,
        case
            when definitions.kpi_code is null
                then 'targets.csv: there is no KPI ' || targets.kpi_code
            when starts.grain is null
                then 'targets.csv: period_start is not the first day of a ' || targets.grain
            when targets.in_segment not in ('{{ (["all"] + kpi_segments()) | join("', '") }}')
                then 'targets.csv: values are not split by ' || targets.in_segment || '; take the row out, or add the segment to kpis.segments in tasuki.toml'
            when targets.in_segment = 'all' and targets.in_value <> 'all'
                then 'targets.csv: segment is empty; write which one the segment_value is of'
            when targets.in_segment <> 'all' and targets.in_value = 'all'
                then 'targets.csv: segment_value is empty; write one of ' || targets.in_segment || ', or leave the segment empty too'
        end as problem
    from targets
    left join {{ ref('kpi_definitions') }} as definitions on targets.kpi_code = definitions.kpi_code
    left join starts on targets.grain = starts.grain and targets.period_start = starts.period_start
)

select * from final where problem is not null
