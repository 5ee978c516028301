{# The sales cycle as the teams time it: marketing from the first sight of the lead that the deal came from, sales from the creation of its
   opportunity, as the shared view. Both are variants of the KPI (a third, from the MQL, is no team's);
   the bridge is of the shared one. #}
with members as (
    select * from {{ ref('cycle_days') }} where member in ('opportunity', 'lead')
),

starts as (
    select opportunities.opportunity_id, opportunities.created_on is null as is_undated, leads.first_seen_on <> opportunities.created_on as is_seen_before
    from {{ ref('con_opportunities') }} as opportunities
    left join {{ ref('lead_facts') }} as leads on opportunities.lead_id = leads.lead_id
),

final as (
    select
        members.subject_type,
        members.subject_id,
        case members.member when 'lead' then 'marketing' else 'sales' end as view,
        'opportunity' as member,
        members.counted_on,
        members.measure,
        members.is_censored,
        members.subject_id as row_id,
        {{ bridge_no_record({"'undated'": 'starts.is_undated'}) }},
        case when members.member = 'lead' and starts.is_seen_before then 'timed_from_lead' else '' end as timed_as
    from members
    join starts on members.subject_id = starts.opportunity_id
)

select * from final
