{{ config(severity='warn') }}
-- A decision about a record that no system delivers has no effect.
with known as (
    select node_id from {{ ref('person_records') }}
    union
    select node_id from {{ ref('account_records') }}
)

select decisions.*
from {{ ref('identity_decisions') }} as decisions
left join known as lefts on decisions.left_node_id = lefts.node_id
left join known as rights on decisions.right_node_id = rights.node_id
where lefts.node_id is null or rights.node_id is null
