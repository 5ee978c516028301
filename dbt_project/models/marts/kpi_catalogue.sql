{# One row per KPI, as the YAML beside its SQL says, and whether the company has what it needs. #}
with windows as (
    select windows.name, windows.days
    from {{ ref('windows') }} as windows
    join {{ ref('run_parameters') }} as run_parameters on {{ in_force('windows', 'run_parameters.as_of_on') }}
),

catalogue as (
    select * from {{ ref('kpi_definitions') }}
),

final as (
    select
        catalogue.kpi_code,
        catalogue.name_ja,
        catalogue.name_en,
        catalogue.question_ja,
        catalogue.question_en,
        catalogue.kind,
        catalogue.owner_process,
        catalogue.direction,
        catalogue.unit,
        catalogue.good,
        catalogue.partner_code,
        catalogue.window_name,
        cast(windows.days as bigint) as window_days,
        catalogue.definition_version,
        catalogue.sql_path,
        catalogue.members,
        catalogue.bases,
        catalogue.views,
        catalogue.parent_code,
        catalogue.availability
    from catalogue
    left join windows on catalogue.window_name = windows.name
)

select * from final
