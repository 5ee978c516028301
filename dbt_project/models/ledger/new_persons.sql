{{ config(alias='persons') }}
{# What this run adds to the ledger when it is published: what is known of persons, where it is not what was recorded (1 now, -1 before). #}
{%- set columns = 'person_key, record_cnt, deleted_cnt, activity_cnt, activity_sum, stage_cnt, stage_sum' %}
with together as (
    select {{ columns }}, cast(1 as bigint) as row_cnt from {{ ref('person_states') }}
    union all
    select {{ columns }}, -row_cnt from {{ ref('recorded_persons') }}
),

final as (
    select {{ columns }}, cast(sum(row_cnt) as bigint) as row_cnt
    from together
    where {{ goes_on() }}
    group by {{ columns }}
    having sum(row_cnt) <> 0
)

select * from final
