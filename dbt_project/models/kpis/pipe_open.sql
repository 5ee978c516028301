{# Open pipeline: what the open opportunities are worth on each day, a row per level of the amount. #}
with opportunities as (
    select * from {{ ref('opp_open') }}
),

amounts as (
    select * from {{ ref('opportunity_amounts') }} where amount_base is not null
),

levels as (
    select
        opportunities.subject_id,
        greatest(opportunities.in_from, amounts.from_on) as in_from,
        least(opportunities.in_to, amounts.to_on) as in_to,
        amounts.amount_base
    from opportunities
    join amounts on opportunities.subject_id = amounts.opportunity_id
),

final as (
    select
        'opportunity' as subject_type,
        subject_id,
        'shared' as view,
        '' as member,
        in_from,
        in_to,
        cast(amount_base as decimal(18, 2)) as amount
    from levels
    where in_to is null or in_from < in_to
)

select * from final
