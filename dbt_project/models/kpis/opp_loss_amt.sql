{# Opportunity loss: the expected value of leads that were left untouched, and of others that a competitor won after we came late or never:
   our time was up (due_at) before the deal was lost, which is known by as_of. Without an instant of the loss it is the beginning of its day.
   A lead is in one of the two. #}
with lead_values as (
    select subject_id as lead_id, numerator as amount from {{ ref('lead_value') }} where view = 'shared'
),

untouched as (
    select subject_id as lead_id, in_from as counted_on from {{ ref('untouched_cnt') }} where view = 'shared'
),

late as (
    select lead_id, due_at from {{ ref('sla_clock') }} where first_attempt_at > due_at or first_attempt_at is null
),

opportunities as (
    select opportunity_id, closed_at from {{ ref('con_opportunities') }}
),

lost_to_competitor as (
    select losses.lead_id, min(losses.closed_on) as counted_on
    from {{ ref('competitor_losses') }} as losses
    join opportunities on losses.opportunity_id = opportunities.opportunity_id
    join late on losses.lead_id = late.lead_id and opportunities.closed_at >= late.due_at
    left join untouched on losses.lead_id = untouched.lead_id
    where untouched.lead_id is null
    group by losses.lead_id
),

members as (
    select lead_id, counted_on, 'untouched' as member from untouched
    union all
    select lead_id, counted_on, 'competitor' from lost_to_competitor
),

final as (
    select
        'lead_cycle' as subject_type,
        members.lead_id as subject_id,
        'shared' as view,
        members.member,
        members.counted_on,
        cast(lead_values.amount as decimal(18, 2)) as numerator
    from members
    join lead_values on members.lead_id = lead_values.lead_id
)

select * from final
