{# Open opportunities: each from its creation until it was closed, or until its record was removed. What was removed later was open until then,
   so that the past does not change by it. #}
with opportunities as (
    select
        *,
        {{ business_date('removed_at') }} as removed_on,
        removed_at is not null or is_countable as is_known
    from {{ ref('con_opportunities') }}
),

people as (
    select person_key, is_countable from {{ ref('countable_people') }}
),

stays as (
    select
        opportunities.opportunity_id,
        opportunities.created_on as in_from,
        least(opportunities.closed_on, opportunities.removed_on) as in_to
    from opportunities
    left join people on opportunities.person_key = people.person_key
    where opportunities.is_known and coalesce(people.is_countable, true)
),

final as (
    select
        'opportunity' as subject_type,
        opportunity_id as subject_id,
        'shared' as view,
        '' as member,
        in_from,
        in_to,
        cast(1 as decimal(18, 2)) as amount
    from stays
    where in_from is not null and (in_to is null or in_from < in_to)
)

select * from final
