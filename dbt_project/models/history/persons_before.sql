{# The persons that the versions before recorded, and whose data they are now. A record that joins a person may change its key; only where
   several persons have become one were they merged. #}
with recorded as (
    select person_key, record_cnt, deleted_cnt, activity_cnt, activity_sum, stage_cnt, stage_sum
    from {{ ref('recorded_persons') }}
    group by person_key, record_cnt, deleted_cnt, activity_cnt, activity_sum, stage_cnt, stage_sum
    having sum(row_cnt) > 0
),

-- a person's key is that of one of its records
keys as (
    select nodes.node_key, records.person_key
    from {{ ref('person_nodes') }} as nodes
    join {{ ref('person_records') }} as records on nodes.node_id = records.node_id
),

followed as (
    select recorded.*, coalesce(keys.person_key, recorded.person_key) as present_key
    from recorded
    left join keys on recorded.person_key = keys.node_key
),

final as (
    select
        person_key,
        present_key,
        count(*) over (partition by present_key) > 1 as is_merged,
        record_cnt,
        deleted_cnt,
        activity_cnt,
        activity_sum,
        stage_cnt,
        stage_sum
    from followed
)

select * from final
