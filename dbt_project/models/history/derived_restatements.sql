{# Why a KPI that is made of others is restated: its own SQL or a threshold changed, or else an input that people keep (costs, margins, forecasts, targets)
   where none of the numbers that it reads was restated in the period, or else it follows from them. #}
with restated as (
    select * from {{ ref('kpi_restated_values') }}
),

sources as (
    {%- for source in derived_sources() or [{'kpi_code': '', 'name': '', 'is_input': false}] %}
    select '{{ source.kpi_code }}' as kpi_code, '{{ source.name }}' as name, {{ source.is_input }} as is_input {{ 'union all' if not loop.last }}
    {%- endfor %}
),

recorded as (
    {{ ledger_rows('definitions', 'name, sql') }}
),

versions as (
    select
        publish_no, name, sql,
        lag(sql) over (partition by name order by publish_no nulls last) as old_sql,
        min(publish_no) over () as first_no
    from recorded
),

changed as (
    select
        versions.publish_no,
        sources.kpi_code,
        max(case when sources.is_input then 0 else 1 end) = 1 as is_definition,
        max(case when sources.is_input then 1 else 0 end) = 1 as is_input
    from versions
    join sources on versions.name = sources.name
    where versions.publish_no > versions.first_no and (versions.old_sql is null or versions.old_sql <> versions.sql)
    group by versions.publish_no, sources.kpi_code
),

-- the numbers that a KPI reads are named in its SQL
parts as (
    select distinct sources.kpi_code, definitions.kpi_code as part_code
    from sources
    join {{ ref('definitions_now') }} as definitions_now on sources.name = definitions_now.name and definitions_now.materialized <> 'seed'
    join {{ ref('kpi_definitions') }} as definitions
        on replace(definitions_now.sql, '''' || definitions.kpi_code || '''', '') <> definitions_now.sql
),

restated_parts as (
    select distinct restated.publish_no, restated.grain, restated.period_start, parts.kpi_code
    from restated
    join parts on restated.kpi_code = parts.part_code
    where restated.basis <> 'derived'
),

final as (
    select distinct
        restated.publish_no,
        restated.kpi_code,
        restated.grain,
        restated.period_start,
        case
            when changed.is_definition then 'definition_change'
            when changed.is_input and restated_parts.kpi_code is null then 'input_change'
            else 'follows'
        end as cause
    from restated
    left join changed on restated.publish_no = changed.publish_no and restated.kpi_code = changed.kpi_code
    left join restated_parts
        on restated.publish_no = restated_parts.publish_no
            and restated.grain = restated_parts.grain
            and restated.period_start = restated_parts.period_start
            and restated.kpi_code = restated_parts.kpi_code
    where restated.basis = 'derived'
)

select * from final
