{# What a version changed in periods that were over, subject by subject, of every kind. A person or an account that is counted as before, but under
   another key because a record joined it, is no change. #}
{%- set series = restated_keys() | reject('equalto', 'subject_id') | join(', ') %}
with differences as (
    select * from {{ ref('kpi_restated_sums') }}
    union all
    select * from {{ ref('kpi_restated_distincts') }}
),

-- a key is that of one of the records
keys as (
    select 'person' as subject_type, nodes.node_key as subject_id, records.person_key as present_id
    from {{ ref('person_nodes') }} as nodes
    join {{ ref('person_records') }} as records on nodes.node_id = records.node_id
    union
    select 'account', nodes.node_key, records.account_key
    from {{ ref('account_nodes') }} as nodes
    join {{ ref('account_records') }} as records on nodes.node_id = records.node_id
),

followed as (
    select differences.*, coalesce(keys.present_id, differences.subject_id) as present_id
    from differences
    left join keys on differences.subject_type = keys.subject_type and differences.subject_id = keys.subject_id
),

together as (
    select
        *,
        sum(numerator_difference) over (partition by present_id, {{ series }}) as numerator_in_all,
        sum(denominator_difference) over (partition by present_id, {{ series }}) as denominator_in_all,
        sum(row_difference) over (partition by present_id, {{ series }}) as rows_in_all
    from followed
),

final as (
    select {{ restated_keys() | join(', ') }}, numerator_difference, denominator_difference, row_difference
    from together
    where numerator_in_all <> 0 or denominator_in_all <> 0 or rows_in_all <> 0
)

select * from final
