{# Open pipeline: what the open opportunities are worth on each day, a row per level of the amount; all of them, and those that are due, as known on
   that day, in the fiscal quarter that is running. #}
with opportunities as (
    select * from {{ ref('opp_open') }}
),

amounts as (
    select * from {{ ref('opportunity_amounts') }} where amount_base is not null
),

close_dates as (
    select * from {{ ref('opportunity_close_dates') }}
),

quarters as (
    select distinct period_start, period_end_on, is_over from {{ ref('kpi_periods') }} where grain = 'fiscal_quarter'
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

members as (
    select
        'due' as member,
        levels.subject_id,
        levels.amount_base,
        greatest(levels.in_from, close_dates.from_on, quarters.period_start) as in_from,
        least(levels.in_to, close_dates.to_on, case when quarters.is_over then {{ add_days('quarters.period_end_on', '1') }} end) as in_to
    from levels
    join close_dates on levels.subject_id = close_dates.opportunity_id
    join quarters on close_dates.close_on between quarters.period_start and quarters.period_end_on
    union all
    select 'all', subject_id, amount_base, in_from, in_to
    from levels
),

final as (
    select
        'opportunity' as subject_type,
        subject_id,
        'shared' as view,
        member,
        in_from,
        in_to,
        cast(amount_base as decimal(18, 2)) as amount
    from members
    where in_to is null or in_from < in_to
)

select * from final
