{# Whose data a KPI's subject is: its person, where it has one. And whose each record is, by which it is told later that records were joined or parted. #}
with leads as (
    select lead_id, person_key from {{ ref('lead_facts') }}
),

own as (
    select 'person' as subject_type, person_key as subject_id, person_key from {{ ref('countable_people') }}
    union all
    select 'lead_cycle', lead_id, person_key from leads
    union all
    select 'response', response_id, person_key from {{ ref('responses') }}
    union all
    select 'meeting', meeting_id, person_key from {{ ref('meetings') }}
    union all
    select 'opportunity', opportunity_id, person_key from {{ ref('con_opportunities') }}
    union all
    select 'handoff', handoffs.handoff_id, leads.person_key
    from {{ ref('relay_handoffs') }} as handoffs
    left join leads on handoffs.lead_id = leads.lead_id
    union all
    select distinct 'touch', touches.opportunity_id || '|' || touches.response_id, opportunities.person_key
    from {{ ref('attribution_touches') }} as touches
    join {{ ref('con_opportunities') }} as opportunities on touches.opportunity_id = opportunities.opportunity_id
    where touches.response_id is not null
    union all
    select 'record', nodes.node_key, records.person_key
    from {{ ref('person_nodes') }} as nodes
    join {{ ref('person_records') }} as records on nodes.node_id = records.node_id
),

-- of no person's, as far as is known here: accounts, contracts, campaigns
others as (
    select distinct subject_type, subject_id
    from {{ ref('kpi_rows') }}
    where subject_type not in ('person', 'lead_cycle', 'response', 'meeting', 'opportunity', 'handoff', 'touch')
),

final as (
    select subject_type, subject_id, person_key from own
    union all
    select subject_type, subject_id, cast(null as {{ dbt.type_string() }}) from others
)

select * from final
