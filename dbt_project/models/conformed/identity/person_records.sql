-- The map from record to person: a person's key is the label on which all records of its component agreed.
{%- set rounds = [
    ref('person_round_1'), ref('person_round_2'), ref('person_round_3'),
    ref('person_round_4'), ref('person_round_5'), ref('person_round_6'),
    ref('person_round_7'), ref('person_round_8')
] %}

with nodes as (
    select * from {{ ref('person_nodes') }}
),

final as (
    select
        nodes.node_id,
        nodes.source_system,
        nodes.record_type,
        nodes.record_id,
        {{ final_label('nodes.node_key', rounds) }} as person_key,
        nodes.email_normalised,
        nodes.full_name_normalised,
        nodes.created_at,
        nodes.updated_at,
        nodes.is_deleted,
        nodes.is_delivered
    from nodes
    {{ follow_rounds('nodes.node_key', rounds) }}
)

select * from final
