{# Pipeline that marketing began, as the teams count it: marketing by the first touch ever, sales by the opportunity's lead source. The shared view,
   whose bridge it is, goes by the handover. #}
with members as (
    select * from {{ ref('mkt_sourced_pipe') }}
),

handovers as (
    select opportunities.opportunity_id, leads.handed_over_at is null as is_not_from_marketing, leads.handed_over_at > opportunities.created_at as is_late
    from {{ ref('con_opportunities') }} as opportunities
    left join {{ ref('lead_facts') }} as leads on opportunities.lead_id = leads.lead_id
),

final as (
    select
        members.subject_type,
        members.subject_id,
        case members.member when 'first_touch' then 'marketing' else 'sales' end as view,
        'handoff' as member,
        members.counted_on,
        members.numerator,
        members.subject_id as row_id,
        {{ bridge_no_record({
            "'not_from_marketing'": 'handovers.is_not_from_marketing',
            "'handed_over_later'": 'handovers.is_late',
        }) }}
    from members
    join handovers on members.subject_id = handovers.opportunity_id
    where members.member in ('first_touch', 'lead_source')
)

select * from final
