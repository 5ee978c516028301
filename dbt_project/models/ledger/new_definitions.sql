{{ config(alias='definitions') }}
{# What this run adds to the ledger when it is published: the SQL of its definitions, where it is not what was recorded last. #}
with definitions as (
    select * from {{ ref('definitions_now') }}
),

recorded as (
    select * from {{ ref('recorded_definitions') }} where version = (select max(version) from {{ ref('recorded_definitions') }})
),

differing as (
    select count(*) as differing_cnt
    from definitions
    full join recorded on definitions.name = recorded.name and definitions.sql = recorded.sql
    where definitions.name is null or recorded.name is null
),

final as (
    select definitions.*
    from definitions
    cross join differing
    where differing.differing_cnt > 0 and {{ goes_on() }}
)

select * from final
