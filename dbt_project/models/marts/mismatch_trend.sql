{# What each week brought: mismatches raised, resolved and still open at its end (at as_of in the running week), by rule, by team and in all.
   An exception takes a mismatch out, its end brings it back. #}
with spells as (
    select
        spells.mismatch_id,
        spells.spell_no,
        spells.rule_code,
        rules.team,
        {{ business_date('spells.opened_at') }} as opened_on,
        {{ business_date('spells.ended_at') }} as ended_on,
        spells.ended_as,
        contents.amount_at_stake
    from {{ ref('mismatch_spells') }} as spells
    inner join {{ ref('mismatch_definitions') }} as rules on spells.rule_code = rules.rule_code
    left join {{ ref('mismatch_states') }} as contents on spells.mismatch_id = contents.mismatch_id
    where not spells.is_accepted
),

calendar as (
    select date_on, week_start_on, business_day_no from {{ ref('con_calendar') }}
),

moves as (
    select
        spells.team, spells.rule_code, opened.week_start_on,
        1 as raised, 0 as resolved, 1 as change, coalesce(spells.amount_at_stake, 0) as amount_change, cast(null as bigint) as days
    from spells
    inner join calendar as opened on spells.opened_on = opened.date_on
    union all
    select
        spells.team, spells.rule_code, ended.week_start_on,
        0, case when spells.ended_as = 'resolved' then 1 else 0 end, -1, -coalesce(spells.amount_at_stake, 0),
        case when spells.ended_as = 'resolved' then ended.business_day_no - opened.business_day_no end
    from spells
    inner join calendar as opened on spells.opened_on = opened.date_on
    inner join calendar as ended on spells.ended_on = ended.date_on
),

grouped as (
    select team, rule_code, week_start_on, raised, resolved, change, amount_change, days from moves
    union all
    select team, 'all', week_start_on, raised, resolved, change, amount_change, days from moves
    union all
    select 'all', 'all', week_start_on, raised, resolved, change, amount_change, days from moves
),

by_week as (
    select
        team, rule_code, week_start_on,
        sum(raised) as raised_cnt,
        sum(resolved) as resolved_cnt,
        sum(change) as change,
        sum(amount_change) as amount_change,
        median(days) as median_days_to_resolve
    from grouped
    group by team, rule_code, week_start_on
),

firsts as (
    select team, rule_code, min(week_start_on) as week_start_on from by_week group by team, rule_code
),

weeks as (
    select firsts.team, firsts.rule_code, calendar.week_start_on
    from firsts
    inner join calendar on calendar.date_on = calendar.week_start_on and calendar.week_start_on >= firsts.week_start_on
    inner join {{ ref('run_parameters') }} as run_parameters on calendar.week_start_on <= run_parameters.as_of_on
),

final as (
    select
        weeks.week_start_on,
        weeks.team,
        weeks.rule_code,
        cast(coalesce(by_week.raised_cnt, 0) as bigint) as raised_cnt,
        cast(coalesce(by_week.resolved_cnt, 0) as bigint) as resolved_cnt,
        cast(sum(coalesce(by_week.change, 0)) over (
            partition by weeks.team, weeks.rule_code order by weeks.week_start_on nulls last rows between unbounded preceding and current row
        ) as bigint) as open_cnt,
        cast(by_week.median_days_to_resolve as double) as median_days_to_resolve,
        cast(sum(coalesce(by_week.amount_change, 0)) over (
            partition by weeks.team, weeks.rule_code order by weeks.week_start_on nulls last rows between unbounded preceding and current row
        ) as decimal(18, 2)) as amount_at_stake
    from weeks
    left join by_week
        on weeks.team = by_week.team and weeks.rule_code = by_week.rule_code and weeks.week_start_on = by_week.week_start_on
)

select * from final
