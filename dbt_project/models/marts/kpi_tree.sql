{# The KPIs under the north star: what feeds what, and who owns it. #}
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

final as (
    select kpi_code, parent_code, level, owner_process from definitions
)

select * from final
