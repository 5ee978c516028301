-- Edges that the systems themselves state: one record carries the id of another.
with ma_persons as (
    select * from {{ ref('ma_person') }}
),

leads as (
    select * from {{ ref('crm_lead') }}
),

contacts as (
    select * from {{ ref('crm_contact') }}
),

nodes as (
    select * from {{ ref('person_nodes') }}
),

-- a link between two tools names no system: `to_system` is null
links as (
    select 'ma_crm_id' as rule, source_system, 'ma_person' as from_type, ma_id as from_id,
        cast(null as {{ dbt.type_string() }}) as to_system, 'crm_lead' as to_type, crm_lead_id as to_id
    from ma_persons
    union all
    select 'ma_crm_id', source_system, 'ma_person', ma_id, null, 'crm_contact', crm_contact_id from ma_persons
    union all
    select 'ma_crm_id', source_system, 'crm_lead', crm_lead_id, null, 'ma_person', ma_id from leads
    union all
    select 'ma_crm_id', source_system, 'crm_contact', crm_contact_id, null, 'ma_person', ma_id from contacts
    union all
    select 'crm_conversion', source_system, 'crm_lead', crm_lead_id, source_system, 'crm_contact', converted_contact_id from leads
    union all
    select 'crm_merge', source_system, 'crm_lead', crm_lead_id, source_system, 'crm_lead', master_record_id from leads
    union all
    select 'crm_merge', source_system, 'crm_contact', crm_contact_id, source_system, 'crm_contact', master_record_id from contacts
    union all
    select 'ma_merge', source_system, 'ma_person', loser_id, source_system, 'ma_person', winner_id from {{ ref('ma_merge') }}
),

-- of several systems that know the id the record's own is meant; if none is its own, nobody knows which
targets as (
    select
        links.rule,
        links.source_system || '|' || links.from_type || '|' || links.from_id as from_node_id,
        links.to_type,
        links.to_id,
        min(nodes.node_id) filter (where nodes.source_system = links.source_system) as own_node_id,
        min(nodes.node_id) as any_node_id,
        count(*) as candidate_cnt
    from links
    inner join nodes
        on links.to_type = nodes.record_type
        and links.to_id = nodes.record_id
        and coalesce(links.to_system, nodes.source_system) = nodes.source_system
    where links.from_id <> '' and links.to_id <> ''
    group by 1, 2, 3, 4
),

final as (
    select
        rule,
        from_node_id,
        coalesce(own_node_id, any_node_id) as to_node_id,
        to_type || ' ' || to_id as evidence
    from targets
    where own_node_id is not null or candidate_cnt = 1
)

select * from final
