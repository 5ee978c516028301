{# Days from the opening of a lead cycle to its won deal, and how many of them each process held it: marketing until the handover, inside sales
   until the opportunity, field sales until it was won. The parts add up to the total. #}
with deals as (
    select opportunity_id, lead_id, created_on, won_on
    from {{ ref('con_opportunities') }}
    where is_countable and won_on is not null and created_on is not null
),

dated as (
    select
        deals.opportunity_id,
        leads.opened_on,
        -- without a handover, or with one that came after the opportunity, marketing held it until there was one
        least(coalesce(leads.handed_over_on, deals.created_on), deals.created_on) as handed_over_on,
        deals.created_on,
        deals.won_on
    from deals
    join {{ ref('lead_facts') }} as leads on deals.lead_id = leads.lead_id
),

members as (
    select opportunity_id, won_on, 'total' as member, opened_on as from_on, won_on as to_on from dated
    union all
    select opportunity_id, won_on, 'MKT', opened_on, handed_over_on from dated
    union all
    select opportunity_id, won_on, 'IS', handed_over_on, created_on from dated
    union all
    select opportunity_id, won_on, 'FS', created_on, won_on from dated
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        member,
        won_on as counted_on,
        cast({{ days_between('from_on', 'to_on') }} as bigint) as measure,
        false as is_censored
    from members
)

select * from final
